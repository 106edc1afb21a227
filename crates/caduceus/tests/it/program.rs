//! An installation in a folder of its own, and the program run on it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub struct Installation {
    pub folder: PathBuf,
    pub config: PathBuf,
}

impl Installation {
    /// `name` is the test's own, so that tests do not share a folder.
    pub fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let config = folder.join("caduceus.toml");
        let text = format!(
            "hostname = \"mail.clinic.example\"\nportal_url = \"http://127.0.0.1:1\"\n\
             [store]\nengine = \"sqlite\"\ndir = \"{0}/data\"\n[keys]\nroot_file = \"{0}/root.key\"\n",
            folder.display()
        );
        std::fs::write(&config, text).expect("a configuration");
        Self { folder, config }
    }

    /// With an organisation in it.
    pub fn founded(name: &str) -> Self {
        let made = Self::new(name);
        made.admin(&["organisation-create", "--name", "Test Clinic"]);
        made
    }

    pub fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_caduceus"))
            .args(words)
            .env("CADUCEUS_LOG", "error")
            .output()
            .expect("the program starts")
    }

    pub fn admin(&self, words: &[&str]) -> serde_json::Value {
        let config = self.config.to_str().expect("UTF-8");
        let out = self.run(&[&["admin", "--config", config], words].concat());
        assert!(out.status.success(), "{}", stderr(&out));
        serde_json::from_slice(&out.stdout).expect("JSON")
    }

    pub fn doctor(&self) -> Output {
        self.run(&["doctor", "--config", self.config.to_str().expect("UTF-8")])
    }

    pub fn key(&self) -> PathBuf {
        self.folder.join("root.key")
    }

    pub fn set_key_mode(&self, mode: u32) {
        std::fs::set_permissions(self.key(), std::fs::Permissions::from_mode(mode)).expect("chmod");
    }
}

pub fn stdout(out: &Output) -> String {
    String::from_utf8_lossy(&out.stdout).into_owned()
}

pub fn stderr(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}
