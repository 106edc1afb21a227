"""Where a relay's CPU time goes: the samples of `run.py --perf FOLDER`, summed by kind of work.

    python3 bench/relay/groups.py FOLDER/caduceus-20-10240-0.data

Prints a table for bench/README.md. What no pattern names stands last, with its largest functions.
"""

import re
import subprocess
import sys
from collections import Counter

# The first group that names a function takes it.
GROUPS = [
    ("RSA and Ed25519 signatures", r"rsaz|amm52|extract_multiplier|Ledwards|bn_|BN_|RSA|mont|ed25519|curve25519|ge25519|fiat_|x25519|ecp_nistz|p256"),
    ("pages: cipher and MAC", r"aesni_cbc|aes_.*cbc|sha512_|SHA512|sqlcipher|HMAC|hmac_|EVP_Mac|ossl_|EVP_Cipher|EVP_Encrypt|cipher_hw|evp_|EVP_|OPENSSL|CRYPTO_|ERR_"),
    ("SQL and its pages", r"sqlite3|Btree|btree|pager|Pager|vdbe|Vdbe|wal[A-Z]|pcache|unix[A-Z]|balance|moveTo|rusqlite|insertCell|fillInCell|getAndInit|allocateBtree|serial|Cell|lookupName|Table"),
    ("AES-GCM: items and TLS", r"gcm|ghash|aes_hw|aes_gcm|aead|AEAD|vpaes|ctr32"),
    ("SHA-256", r"sha256|SHA256|sha_"),
    ("chance", r"RAND|rand_|ctr_drbg|CTR_DRBG|rdrand|getrandom|drbg"),
    ("compression", r"ZSTD|zstd|HUF|FSE|HIST"),
    ("scan for PHI", r"aho_corasick|regex_automata|caduceus_phi|phi::"),
    ("reading and writing mail", r"caduceus_mail|mail_parser|caduceus_seal|memchr"),
    ("JSON, text and times", r"serde|fmt|chrono|hex|base64|from_utf8|core::str|String"),
    ("memory", r"malloc|free|realloc|calloc|memcpy|memmove|memset|_int_|alloc|unlink_chunk|clear_page|page_fault|handle_mm|brk|mmap"),
    ("TLS records", r"rustls"),
    ("threads and waiting", r"futex|schedule|sched|switch_to|task_switch|wake|tokio|parking_lot|std::sync|epoll|ep_|eventfd|pthread|mutex|rcu|update_curr|dequeue|enqueue_(task|entity)|pick_next|cpu_idle|spin"),
    ("network", r"tcp|inet|ip_|sock|skb|net_|nf_|loopback|__dev|napi|ipt"),
    ("files and syncs", r"ext4|jbd2|vfs|fsync|pwrite|iowrite|mark_buffer|block_commit|filemap|folio|blk|bio|submit|virt|writeback|iomap|copy_user|rep_movs|generic_perform|xas_|fdget"),
    ("ours: flow, store, ledger, queue, mta", r"caduceus"),
    ("system calls, other kernel", r"syscall|entry_|exit_|do_|_raw|__"),
]


def main() -> None:
    words = ["perf", "report", "--stdio", "--no-children", "-F", "overhead,sym", "-i", sys.argv[1], "--percent-limit", "0.02"]
    lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    sums, rest = Counter(), Counter()
    for line in lines:
        found = re.match(r"\s*([0-9.]+)%\s+\[[.k]\]\s+(.*)", line)
        if not found:
            continue
        share, name = float(found.group(1)), found.group(2).strip()
        group = next((group for group, pattern in GROUPS if re.search(pattern, name)), None)
        sums[group or "not named"] += share
        if group is None:
            rest[name] += share
    print("| work | share |\n|---|---|")
    for group, share in sums.most_common():
        print(f"| {group} | {share:.1f} % |")
    for name, share in rest.most_common(15):
        print(f"   {share:5.2f} % {name}")


if __name__ == "__main__":
    main()
