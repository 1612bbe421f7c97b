//! The log on standard error, off unless `RDS_FLEET_LOG` names a level. It never carries a secret.

use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Environment;

/// Starts the log at the level that `RDS_FLEET_LOG` names: error, warn, info, debug or trace.
pub fn start(environment: &Environment) {
    let Some(level) = environment.get("RDS_FLEET_LOG").and_then(|level| level.parse::<LevelFilter>().ok())
    else {
        return;
    };
    let format = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_filter(filter_fn(is_safe))
        .with_filter(level);
    // A second start, in a test, keeps the first.
    let _ = tracing_subscriber::registry().with(format).try_init();
}

/// Our own words, and others' warnings. Below that the AWS libraries print requests with their tokens, and the
/// external id.
fn is_safe(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("rds_fleet") || *metadata.level() <= Level::WARN
}
