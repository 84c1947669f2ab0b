//! How much memory this process may use.

use std::fs;
use std::path::{Path, PathBuf};

/// The least of what limits the process: its address space and data (`ulimit`), its control group
/// (a dyno, a container), and the machine. `None`: the system does not tell.
pub(super) fn limit() -> Option<u64> {
    let read = |path: &Path| fs::read_to_string(path).ok();
    let limits = read(Path::new("/proc/self/limits")).unwrap_or_default();
    let groups = read(Path::new("/proc/self/cgroup")).unwrap_or_default();
    let machine = read(Path::new("/proc/meminfo")).unwrap_or_default();
    let of_groups =
        files_of(&groups).into_iter().filter_map(|file| read(&file)?.trim().parse().ok());
    of_process(&limits).chain(of_groups).chain(of_machine(&machine)).min()
}

/// From `/proc/self/limits`, the soft limits.
fn of_process(limits: &str) -> impl Iterator<Item = u64> {
    let names = ["Max address space", "Max data size"];
    let lines = limits.lines().filter_map(move |line| {
        let rest = names.iter().find_map(|name| line.strip_prefix(name))?;
        rest.split_whitespace().next()?.parse().ok()
    });
    lines.collect::<Vec<_>>().into_iter()
}

/// The files with the limits of the control groups of `/proc/self/cgroup` and of those above them.
fn files_of(groups: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let (root, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|name| name == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let path = Path::new(path.trim_start_matches('/'));
        files.extend(path.ancestors().map(|above| Path::new(root).join(above).join(file)));
    }
    files
}

/// From `/proc/meminfo`.
fn of_machine(machine: &str) -> Option<u64> {
    let line = machine.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_where_the_system_tells_them() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
            Max data size             unlimited            unlimited            bytes\n\
            Max address space         536870912            unlimited            bytes\n";
        assert_eq!(of_process(limits).collect::<Vec<_>>(), [536_870_912]);
        let files = |groups: &str| -> Vec<String> {
            files_of(groups).iter().map(|file| file.display().to_string()).collect()
        };
        assert_eq!(
            files("0::/dyno/web\n"),
            [
                "/sys/fs/cgroup/dyno/web/memory.max",
                "/sys/fs/cgroup/dyno/memory.max",
                "/sys/fs/cgroup/memory.max"
            ]
        );
        assert_eq!(
            files("5:cpu,cpuacct:/x\n4:memory:/\n"),
            ["/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        );
        assert_eq!(
            of_machine("MemTotal:       24576000 kB\nMemFree: 1 kB\n"),
            Some(25_165_824_000)
        );
    }
}
