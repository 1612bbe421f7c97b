//! Where the store lies: a folder on this machine that is the user's own, who else has it open, and what is done with
//! a file there that cannot be used. What is in the store is not known here.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use time::macros::format_description;
use twox_hash::XxHash64;

use super::look::open_private;
use crate::config::Environment;

/// How long another program of the user may keep the store to itself while it starts.
const PATIENCE: Duration = Duration::from_secs(5);
/// Stores that were set aside and are kept.
const KEPT_ASIDE: usize = 2;

/// Where a store is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    File(PathBuf),
    /// Gone when the program ends; says why, unless it was asked for.
    Memory(Option<String>),
}

impl Place {
    /// The place for the fleet of these config files: `RDS_FLEET_STORE` (a file, or `memory`, which SQLite calls `:memory:`), else a file in the
    /// user's cache folder if that lies on this machine. Fleets of different config files are different stores.
    pub fn of(environment: &Environment) -> Place {
        match environment.get("RDS_FLEET_STORE") {
            Some(word) if ["memory", ":memory:"].contains(&word.trim().to_lowercase().as_str()) => {
                return Place::Memory(None);
            }
            Some(file) => return Place::File(PathBuf::from(file)),
            None => {}
        }
        let Some(cache) = cache_folder(environment) else {
            return Place::Memory(Some(
                "the system names no cache folder: set RDS_FLEET_STORE to a file on this machine".to_owned(),
            ));
        };
        if is_remote(&cache) {
            return Place::Memory(Some(format!(
                "the cache folder {} lies on the network, where a database's locks fail: set RDS_FLEET_STORE to a \
                 file on this machine",
                cache.display()
            )));
        }
        let mut fleet = vec![environment.config_file().display().to_string()];
        fleet.push(environment.credentials_file().display().to_string());
        let endpoints = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_RDS", "AWS_ENDPOINT_URL_STS"];
        fleet.extend(endpoints.map(|name| environment.get(name).unwrap_or_default().to_owned()));
        let number = XxHash64::oneshot(0, fleet.join("\n").as_bytes());
        Place::File(cache.join("rds-fleet").join(format!("inventory-{number:016x}.sqlite")))
    }
}

/// The folder for what may be lost, on this machine and not in a roaming profile.
fn cache_folder(environment: &Environment) -> Option<PathBuf> {
    if cfg!(windows) {
        return environment.get("LOCALAPPDATA").map(PathBuf::from);
    }
    // XDG Base Directory Specification: a relative path is to be ignored.
    let named = environment.get("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| {
        let home = environment.home()?;
        Some(if cfg!(target_os = "macos") { home.join("Library/Caches") } else { home.join(".cache") })
    })
}

/// Whether a folder, or the nearest one above it that exists, is on another machine.
#[cfg(target_os = "linux")]
fn is_remote(folder: &Path) -> bool {
    // `man 2 statfs`: NFS, SMB (three of them), FUSE (SSHFS and its like), AFS, 9P, Ceph, Lustre, GPFS, OCFS2, GFS2.
    const REMOTE: [u64; 12] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x6573_5546,
        0x5346_414f,
        0x0102_1997,
        0x00c3_6400,
        0x0bd0_0bd0,
        0x4750_4653,
        0x7461_636f,
        0x0116_1970,
    ];
    folder
        .ancestors()
        .find_map(|folder| rustix::fs::statfs(folder).ok())
        .is_some_and(|found| REMOTE.contains(&(found.f_type as u64 & 0xffff_ffff)))
}

/// Whether a folder is on another machine, by its name.
#[cfg(not(target_os = "linux"))]
fn is_remote(folder: &Path) -> bool {
    folder.to_string_lossy().starts_with(r"\\")
}

/// Makes the folder of a store, and the file itself, so that nobody else can read them.
pub fn make_private(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    open_private(file).map(drop)
}

/// The lock beside a store that says how many programs have it open.
#[derive(Debug)]
pub struct Lock {
    file: File,
    /// Whether nobody else has the store open, and nobody can open it now.
    pub alone: bool,
}

impl Lock {
    /// Takes the lock; alone if it can be had so.
    pub fn take(store: &Path) -> io::Result<Lock> {
        let file = open_private(&beside(store, ".lock"))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { file, alone: true }),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) => {}
            }
            match file.try_lock_shared() {
                Ok(()) => return Ok(Lock { file, alone: false }),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => {
                    return Err(io::Error::other("another program keeps it to itself"));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Lets others in.
    pub fn share(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.alone) {
            self.file.unlock()?;
            self.file.lock_shared()?;
        }
        Ok(())
    }
}

/// Moves a store that cannot be used out of the way and says where it is now.
pub fn set_aside(store: &Path) -> io::Result<PathBuf> {
    let now = OffsetDateTime::now_utc()
        .format(format_description!("[year][month][day]-[hour][minute][second]"))
        .map_err(io::Error::other)?;
    let aside = beside(store, &format!(".set-aside-{now}"));
    fs::rename(store, &aside)?;
    for part in ["-wal", "-shm"] {
        if let Err(error) = fs::rename(beside(store, part), beside(&aside, part))
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
    }
    forget_older(store);
    Ok(aside)
}

/// Stores that break again and again do not fill the disk.
fn forget_older(store: &Path) {
    let beginning = format!("{}.set-aside-", store.file_name().unwrap_or_default().to_string_lossy());
    let Some(folder) = store.parent().and_then(|folder| fs::read_dir(folder).ok()) else { return };
    let mut aside: Vec<PathBuf> = folder
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&beginning)))
        .filter(|path| !path.to_string_lossy().ends_with("-wal") && !path.to_string_lossy().ends_with("-shm"))
        .collect();
    aside.sort();
    for path in aside.iter().rev().skip(KEPT_ASIDE) {
        for part in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(beside(path, part));
        }
    }
}

/// A path with something added to its name.
pub fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Environment::from_variables(variables, Some(PathBuf::from("/tmp")))
    }

    #[test]
    fn every_config_file_has_a_store_of_its_own() {
        let of = |config| Place::of(&environment(&[("AWS_CONFIG_FILE", config)]));
        assert_eq!(of("/a/config"), of("/a/config"));
        assert_ne!(of("/a/config"), of("/b/config"));
        let Place::File(file) = of("/a/config") else { panic!() };
        assert!(file.starts_with("/tmp/.cache/rds-fleet"), "{}", file.display());
        for memory in ["memory", ":memory:", "Memory "] {
            assert_eq!(Place::of(&environment(&[("RDS_FLEET_STORE", memory)])), Place::Memory(None));
        }
        let homeless = Environment::from_variables([], None);
        assert!(matches!(Place::of(&homeless), Place::Memory(Some(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_store_is_private_and_knows_who_else_has_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("below/inventory.sqlite");
        make_private(&store).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&store), mode(store.parent().unwrap())), (0o600, 0o700));
        let mut first = Lock::take(&store).unwrap();
        assert!(first.alone);
        first.share().unwrap();
        let second = Lock::take(&store).unwrap();
        assert!(!second.alone);
        drop((first, second));
        assert!(Lock::take(&store).unwrap().alone);
    }

    #[test]
    fn what_is_set_aside_is_kept_but_not_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("inventory.sqlite");
        for end in ["1", "2", "3"] {
            fs::write(beside(&store, &format!(".set-aside-2026010{end}-000000")), end).unwrap();
        }
        fs::write(&store, "broken").unwrap();
        fs::write(beside(&store, "-wal"), "log").unwrap();
        let aside = set_aside(&store).unwrap();
        assert_eq!(fs::read_to_string(&aside).unwrap(), "broken");
        assert_eq!(fs::read_to_string(beside(&aside, "-wal")).unwrap(), "log");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), KEPT_ASIDE + 1);
    }
}
