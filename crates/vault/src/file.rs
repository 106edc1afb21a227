//! The root key file: text, one line a key, the first current.
//!
//! ```text
//! caduceus-root-key/v1
//! 0f3a… base64
//! ```
//!
//! Each line is a fingerprint and 32 bytes in base64. Invariant: the file under its name is always
//! whole (written beside, synced, then given the name), readable by its owner alone, and owned by
//! the user the program runs as; anything else refuses to load.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::seams::{Rng, Vault};
use model::{Code, Error, Result};
use rustix::fs::{FileType, FlockOperation, Mode, OFlags};
use zeroize::Zeroizing;

use crate::{Key, RootKeys, random_key};

const HEADING: &str = "caduceus-root-key/v1";
/// Room for hundreds of rotations; anything longer is not a key file.
const OCTETS_MAX: u64 = 64 * 1024;

/// Root keys kept in a file.
#[derive(Debug)]
pub struct FileRoot {
    path: PathBuf,
    keys: RootKeys,
}

impl FileRoot {
    /// Makes a file with one new key. `state_conflict` when the name is taken: a root key is never
    /// overwritten, since everything would be lost with it.
    pub fn create(path: impl AsRef<Path>, rng: &dyn Rng) -> Result<Self> {
        let path = path.as_ref();
        let folder = Folder::lock(path)?;
        let keys = RootKeys::new(vec![random_key(rng)]);
        folder.write(path, &keys, Name::MustBeFree)?;
        Self::load(path)
    }

    /// Reads the file. `key_missing`, `key_permissions` (others could read it, or it belongs to
    /// someone else), `key_wrong` (not a key file, or damaged).
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = read_private(path)?;
        Ok(Self {
            path: path.to_owned(),
            keys: parse(&text)?,
        })
    }

    /// Adds a new current key and keeps the others, so that what they wrapped still opens.
    pub fn rotate(path: impl AsRef<Path>, rng: &dyn Rng) -> Result<Self> {
        let path = path.as_ref();
        let folder = Folder::lock(path)?;
        let mut keys = vec![random_key(rng)];
        keys.extend(Self::load(path)?.keys.into_keys());
        folder.write(path, &RootKeys::new(keys), Name::Replace)?;
        Self::load(path)
    }

    /// Removes an old key once nothing is wrapped under it any more. `not_found` when the file does
    /// not hold it, `state_conflict` for the current one.
    pub fn retire(path: impl AsRef<Path>, fingerprint: &str) -> Result<()> {
        let path = path.as_ref();
        let folder = Folder::lock(path)?;
        let keys = Self::load(path)?.keys;
        let names = keys.fingerprints();
        let at = names
            .iter()
            .position(|n| n == fingerprint)
            .ok_or(Error::new(Code::NotFound))?;
        if at == 0 {
            return Err(Error::new(Code::StateConflict));
        }
        let mut keys = keys.into_keys();
        keys.remove(at);
        folder.write(path, &RootKeys::new(keys), Name::Replace)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every root key in the file by its public name, the current one first.
    pub fn fingerprints(&self) -> Vec<String> {
        self.keys.fingerprints()
    }
}

impl Vault for FileRoot {
    fn fingerprint(&self) -> String {
        self.keys.fingerprint()
    }
    fn wrap(&self, context: &[u8], key: &Key, rng: &dyn Rng) -> Result<Vec<u8>> {
        self.keys.wrap(context, key, rng)
    }
    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Key> {
        self.keys.unwrap(context, wrapped)
    }
}

/// Whether the final name may exist already.
enum Name {
    MustBeFree,
    Replace,
}

/// The folder of the key file, locked against another process that changes the same file.
struct Folder {
    path: PathBuf,
    handle: File,
}

impl Folder {
    fn lock(key_path: &Path) -> Result<Self> {
        let parent = key_path.parent().filter(|p| !p.as_os_str().is_empty());
        let path = parent.unwrap_or(Path::new(".")).to_owned();
        let handle = File::open(&path).map_err(fault)?;
        rustix::fs::flock(&handle, FlockOperation::LockExclusive).map_err(|e| fault(e.into()))?;
        Ok(Self { path, handle })
    }

    /// Durable when it returns: file synced under a passing name, then named, then the folder synced.
    fn write(&self, path: &Path, keys: &RootKeys, name: Name) -> Result<()> {
        let file_name = path
            .file_name()
            .ok_or(Error::new(Code::KeyMissing))?
            .to_string_lossy();
        let passing = self.path.join(format!(".{file_name}.new"));
        // We hold the lock, so one that is there was left by a crash before it got its name.
        let _ = std::fs::remove_file(&passing);
        let done = write_private(&passing, &render(keys)).and_then(|()| match name {
            // link(2) fails when the name is taken, which rename(2) would silently replace.
            Name::MustBeFree => std::fs::hard_link(&passing, path).map_err(fault),
            Name::Replace => std::fs::rename(&passing, path).map_err(fault),
        });
        let _ = std::fs::remove_file(&passing);
        done?;
        self.handle.sync_all().map_err(fault)
    }
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let handle =
        rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR).map_err(|e| fault(e.into()))?;
    let mut file = File::from(handle);
    file.write_all(text.as_bytes()).map_err(fault)?;
    file.sync_all().map_err(fault)
}

/// Opens first and asks the open file about its mode and owner, so that nothing can be swapped
/// between check and use.
fn read_private(path: &Path) -> Result<Zeroizing<String>> {
    // NONBLOCK: a named pipe in the file's place must be refused, not waited for.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let handle = rustix::fs::open(path, flags, Mode::empty()).map_err(|e| fault(e.into()))?;
    let stat = rustix::fs::fstat(&handle).map_err(|e| fault(e.into()))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(Error::new(Code::KeyWrong));
    }
    let others = Mode::RWXG | Mode::RWXO;
    let owner = rustix::process::geteuid().as_raw();
    if Mode::from_raw_mode(stat.st_mode).intersects(others) || stat.st_uid != owner {
        return Err(Error::new(Code::KeyPermissions));
    }
    let mut text = Zeroizing::new(String::with_capacity(4096));
    let mut limited = File::from(handle).take(OCTETS_MAX);
    limited
        .read_to_string(&mut text)
        .map_err(|_| Error::new(Code::KeyWrong))?;
    Ok(text)
}

fn render(keys: &RootKeys) -> Zeroizing<String> {
    // Exact room from the start: growing would leave copies of keys behind in freed memory.
    let mut out = Zeroizing::new(String::with_capacity(
        HEADING.len() + 1 + keys.keys().len() * 64,
    ));
    out.push_str(HEADING);
    out.push('\n');
    for root in keys.keys() {
        out.push_str(&hex::encode(root.name));
        out.push(' ');
        STANDARD.encode_string(root.key.expose(), &mut out);
        out.push('\n');
    }
    out
}

fn parse(text: &str) -> Result<RootKeys> {
    let wrong = || Error::new(Code::KeyWrong);
    let mut lines = text.strip_suffix('\n').ok_or_else(wrong)?.split('\n');
    if lines.next() != Some(HEADING) {
        return Err(wrong());
    }
    let keys = lines
        .map(|line| parse_line(line).ok_or_else(wrong))
        .collect::<Result<Vec<_>>>()?;
    if keys.is_empty() {
        return Err(wrong());
    }
    Ok(RootKeys::new(keys))
}

fn parse_line(line: &str) -> Option<Key> {
    let (name, key) = line.split_once(' ')?;
    let bytes = Zeroizing::new(STANDARD.decode(key).ok()?);
    let key = Key::new(<[u8; 32]>::try_from(bytes.as_slice()).ok()?);
    // The name doubles as a checksum: a key with one wrong letter must not pass for another key.
    (hex::encode(crate::root::name_of(&key)) == name).then_some(key)
}

/// The system's refusals in our words.
fn fault(cause: std::io::Error) -> Error {
    use std::io::ErrorKind as Is;
    let code = match cause.kind() {
        Is::NotFound => Code::KeyMissing,
        Is::PermissionDenied => Code::KeyPermissions,
        Is::AlreadyExists => Code::StateConflict,
        Is::StorageFull | Is::QuotaExceeded => Code::StoreFull,
        _ => Code::StoreUnavailable,
    };
    Error::new(code).because(cause)
}
