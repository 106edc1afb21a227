//! What a worker process gives up before it reads the first file.
//!
//! Limits of the kernel, no new privileges, no files (Landlock), and few system calls (seccomp): no
//! socket, no program, no signal to others. A layer that this kernel does not have is reported and
//! the others stand. Invariant: nothing taken away here can be had back by this process or a child.

use std::collections::BTreeMap;
use std::time::Duration;

use landlock::{
    ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::set_no_new_privs;
use rustix::time::{ClockId, clock_gettime};
use seccompiler::{SeccompAction, SeccompFilter, TargetArch, apply_filter};

use crate::limits::Limits;

/// File descriptors of a worker: three streams, and room for the pipes of OCR.
const FILES_MAX: u64 = 32;
/// What the program of OCR may read: itself, its libraries, its data.
const READABLE: &[&str] = &[
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/dev/null",
    "/proc/self",
];

/// Which layers hold. What does not is for an administrator to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entered {
    pub limits: bool,
    pub no_new_privileges: bool,
    pub no_files: bool,
    pub few_calls: bool,
}

impl Entered {
    /// Words for the layers that are missing.
    pub fn missing(self) -> Vec<&'static str> {
        let layers = [
            (self.limits, "limits"),
            (self.no_new_privileges, "no_new_privileges"),
            (self.no_files, "no_files"),
            (self.few_calls, "few_calls"),
        ];
        let missing = layers.into_iter().filter(|(holds, _)| !holds);
        missing.map(|(_, word)| word).collect()
    }
}

/// Gives up everything that reading a file does not need. Call it once, before any thread.
pub fn enter(limits: &Limits) -> Entered {
    let with_ocr = limits.ocr.is_some();
    Entered {
        limits: limit(limits).is_ok(),
        no_new_privileges: set_no_new_privs(true).is_ok(),
        no_files: no_files(with_ocr).unwrap_or(false),
        few_calls: few_calls(with_ocr).unwrap_or(false),
    }
}

/// Since the machine was started.
pub(crate) fn uptime() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    let nanos = u32::try_from(now.tv_nsec).unwrap_or(0);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), nanos)
}

/// Processor time for one more file, counted from what was used already.
pub(crate) fn allow_time(time: Duration) {
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec;
    let until = u64::try_from(used).unwrap_or(0) + time.as_secs().max(1) + 1;
    // In a process without a sandbox, such as a test's, nothing is taken away for good.
    let limit = Rlimit {
        current: Some(until),
        maximum: None,
    };
    let _kept = setrlimit(Resource::Cpu, limit);
}

fn limit(limits: &Limits) -> rustix::io::Result<()> {
    let fixed = |most: u64| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    // A core would be a file with what was read.
    setrlimit(Resource::Core, fixed(0))?;
    setrlimit(Resource::As, fixed(limits.memory))?;
    setrlimit(Resource::Fsize, fixed(0))?;
    setrlimit(Resource::Nofile, fixed(FILES_MAX))?;
    if limits.ocr.is_none() {
        setrlimit(Resource::Nproc, fixed(0))?;
    }
    Ok(())
}

fn no_files(with_ocr: bool) -> Option<bool> {
    let abi = ABI::V4;
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))
        .ok()?;
    let ruleset = ruleset
        .handle_access(landlock::AccessNet::from_all(abi))
        .ok()?;
    let mut ruleset = ruleset.create().ok()?;
    if with_ocr {
        let rules = path_beneath_rules(READABLE, AccessFs::from_read(abi));
        ruleset = ruleset.add_rules(rules).ok()?;
        // Where the program's complaints go.
        let write = AccessFs::WriteFile;
        let rules = path_beneath_rules(["/dev/null"], write);
        ruleset = ruleset.add_rules(rules).ok()?;
    }
    let status = ruleset.restrict_self().ok()?;
    Some(status.ruleset != RulesetStatus::NotEnforced)
}

fn few_calls(with_ocr: bool) -> Option<bool> {
    let refused = SeccompAction::Errno(u32::try_from(libc::EPERM).ok()?);
    let (calls, other, these) = if with_ocr {
        // Another program runs in here: the calls that reach out of the process are refused.
        (OUTWARD, SeccompAction::Allow, refused)
    } else {
        (NEEDED, refused, SeccompAction::Allow)
    };
    let rules: BTreeMap<i64, _> = calls.iter().map(|call| (*call, Vec::new())).collect();
    let arch: TargetArch = std::env::consts::ARCH.try_into().ok()?;
    let filter = SeccompFilter::new(rules, other, these, arch).ok()?;
    let program: seccompiler::BpfProgram = filter.try_into().ok()?;
    Some(apply_filter(&program).is_ok())
}

/// Memory, three open streams, and an end.
const NEEDED: &[i64] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_prlimit64,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_tgkill,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Network, other processes, the kernel itself.
const OUTWARD: &[i64] = &[
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_io_uring_setup,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_open,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_memfd_create,
];
