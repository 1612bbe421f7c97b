//! The log on standard error, off unless `RDS_FLEET_LOG` names a level. It never carries a secret: others' words are left out,
//! and ours pass the gate (`clean`).

use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Environment;
use crate::terminal;

/// Starts the log at the level that `RDS_FLEET_LOG` names: error, warn, info, debug or trace.
pub fn start(environment: &Environment) {
    let Some(level) = environment.get("RDS_FLEET_LOG").and_then(|level| level.parse::<LevelFilter>().ok())
    else {
        return;
    };
    let format = tracing_subscriber::fmt::layer()
        .with_writer(terminal::log)
        .with_ansi(false)
        .with_filter(filter_fn(is_ours))
        .with_filter(level);
    // A second start, in a test, keeps the first.
    let _ = tracing_subscriber::registry().with(format).try_init();
}

/// Our own words only. The AWS libraries print requests with their tokens and the external id, and even their warnings hold
/// secrets: an answer of STS that cannot be read is quoted whole. What they have to say comes back as an error, and is cleaned.
fn is_ours(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    target == "rds_fleet" || target.starts_with("rds_fleet::")
}
