//! Pictures of the window's main states in both themes, held against those in `tests/snapshots`. They are drawn by
//! lavapipe, Mesa's Vulkan driver for the processor, so that every machine draws the same.
//!
//! A picture that changed on purpose: `UPDATE_SNAPSHOTS=1 cargo test --test window_pictures`, then look at each picture
//! that git calls changed, make them small with `optipng -o2`, and commit them with the change. Beside a picture that
//! changed by accident lie what it is now, `.new.png`, and where that differs, `.diff.png`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "window")]

mod fake_core;
mod states;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use eframe::egui_wgpu::{WgpuSetup, WgpuSetupCreateNew};
use eframe::wgpu::{Backend, DeviceType};
use egui::Theme;
use egui_kittest::wgpu::WgpuTestRenderer;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};

use states::STATES;

/// Draws on the processor; `None` where there is no driver for that.
fn renderer() -> Option<WgpuTestRenderer> {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.native_adapter_selector = Some(Arc::new(|adapters, _| {
        let suits = |adapter: &&eframe::wgpu::Adapter| {
            let info = adapter.get_info();
            (info.backend, info.device_type) == (Backend::Vulkan, DeviceType::Cpu)
        };
        adapters.iter().find(suits).cloned().ok_or_else(|| "no Vulkan driver for the processor".to_owned())
    }));
    catch_unwind(AssertUnwindSafe(|| WgpuTestRenderer::from_setup(WgpuSetup::CreateNew(setup)))).ok()
}

fn pictures(theme: Theme, suffix: &str) {
    let mut results = SnapshotResults::new();
    for state in &STATES {
        let Some(renderer) = renderer() else {
            eprintln!(
                "SKIPPED: no picture was compared, because there is no Vulkan driver for the processor. Install \
                 mesa-vulkan-drivers."
            );
            return;
        };
        let builder = Harness::builder().renderer(renderer).with_render_cursor(false);
        let mut window = state.window(theme, builder);
        results.add(window.try_snapshot_options(
            format!("{}-{suffix}", state.name),
            // Less than an eye sees: lavapipe's last bit depends on the processor's vector units.
            &SnapshotOptions::new().threshold(0.1),
        ));
    }
}

#[test]
fn the_main_states_look_as_they_did_in_the_dark_theme() {
    pictures(Theme::Dark, "dark");
}

#[test]
fn the_main_states_look_as_they_did_in_the_light_theme() {
    pictures(Theme::Light, "light");
}
