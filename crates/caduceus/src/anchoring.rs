//! Where checkpoints of audit logs leave the house by: a folder, and an authority that is asked by HTTP.
//!
//! What leaves, when, and what is believed of an answer is `records::anchors`.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use model::seams::{HttpMethod, HttpRequest, HttpTo, Net};
use model::{Address, OrganisationId};
use records::anchors::{Anchors, Outside};
use tokio::runtime::Handle;

use crate::config;

/// An authority answers within seconds.
const WAIT: Duration = Duration::from_secs(20);
const ANSWER_OCTETS_MAX: usize = 128 * 1024;

/// What the configuration says, checked.
pub fn settings(config: &config::Anchors) -> anyhow::Result<Anchors> {
    let authorities = match (&config.authority_url, &config.authority_file) {
        (None, None) => None,
        (Some(url), Some(file)) => {
            if !url.starts_with("https://") && !url.starts_with("http://") {
                bail!("anchors.authority_url is no http or https address");
            }
            let octets =
                std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            let read = seal::stamp::Authorities::parse(&octets);
            Some(Arc::new(read.map_err(|error| {
                anyhow::anyhow!("anchors.authority_file: {}", error.word())
            })?))
        }
        _ => bail!("anchors.authority_url and anchors.authority_file are given together"),
    };
    if let Some(folder) = &config.folder
        && !folder.is_dir()
    {
        bail!("anchors.folder: {} is no folder", folder.display());
    }
    let mail = config.mail.iter().map(|text| Address::parse(text));
    Ok(Anchors {
        to_file: config.folder.is_some(),
        authorities,
        mail: mail.collect::<Result<_, _>>().context("anchors.mail")?,
    })
}

/// The way out of this machine.
pub struct Way {
    folder: Option<PathBuf>,
    url: Option<String>,
    net: Arc<dyn Net>,
    runtime: Handle,
}

impl Way {
    pub fn new(config: &config::Anchors, net: Arc<dyn Net>, runtime: Handle) -> Self {
        Self {
            folder: config.folder.clone(),
            url: config.authority_url.clone(),
            net,
            runtime,
        }
    }
}

impl Outside for Way {
    fn append(&self, of: OrganisationId, note: &str) -> Result<(), &'static str> {
        let folder = self.folder.as_ref().ok_or("off")?;
        let write = || -> std::io::Result<()> {
            let path = folder.join(format!("{of}.checkpoints.txt"));
            let mut file = OpenOptions::new()
                .create(true)
                .read(true)
                .append(true)
                .open(path)?;
            let mut held = String::new();
            file.read_to_string(&mut held)?;
            if !held.contains(note) {
                file.write_all(format!("{note}\n").as_bytes())?;
            }
            file.sync_all()?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|_| "file_not_written")
    }

    fn ask(&self, question: &[u8]) -> Result<Vec<u8>, &'static str> {
        let request = HttpRequest {
            method: HttpMethod::Post,
            url: self.url.clone().ok_or("off")?,
            headers: vec![(
                "content-type".to_owned(),
                "application/timestamp-query".to_owned(),
            )],
            body: question.to_vec(),
            follow_redirects: false,
            answer_octets_max: ANSWER_OCTETS_MAX,
            to: HttpTo::Anywhere,
        };
        let answer = self.runtime.block_on(self.net.http(request, WAIT));
        match answer {
            Ok(answer) if answer.status == 200 => Ok(answer.body),
            Ok(_) => Err("status"),
            Err(_) => Err("unreachable"),
        }
    }
}
