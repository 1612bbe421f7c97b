//! How much room this process's temporary tables take. SQLite has no bound for them: sorting, grouping and joining spill into
//! files that have no name, or into memory where the store lies there. So the system is asked.

use super::Storage;

/// Bytes that temporary tables of a store's connections take, and whatever else is counted with them: what matters is how
/// many more they become.
pub fn room(storage: &Storage) -> u64 {
    match storage {
        Storage::File(_) => bytes(),
        Storage::Memory(_) => memory(),
    }
}

/// Bytes of this process's memory; nothing where the system does not tell.
fn memory() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let resident = pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    // A page is larger on some machines; the bound is then reached later.
    resident.unwrap_or_default() * 4096
}

/// Bytes of files that are open and have no name any more, or never had one; nothing where the system does not tell.
#[cfg(target_os = "linux")]
fn bytes() -> u64 {
    use std::fs;
    let open = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let has_no_name = |link: &std::path::Path| {
        fs::read_link(link).is_ok_and(|file| file.to_string_lossy().ends_with(" (deleted)"))
    };
    open.map(|entry| entry.path())
        .filter(|link| has_no_name(link))
        .filter_map(|link| fs::metadata(link).ok())
        .map(|metadata| metadata.len())
        .sum()
}

/// Bytes of SQLite's temporary files. Elsewhere they have names.
#[cfg(not(target_os = "linux"))]
fn bytes() -> u64 {
    let files = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    files
        .filter(|file| file.file_name().to_string_lossy().starts_with("etilqs_"))
        .filter_map(|file| file.metadata().ok())
        .map(|metadata| metadata.len())
        .sum()
}
