#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use super::*;
use wasmtime::ResourceLimiter as _;

#[test]
fn an_instance_that_meets_its_own_bound_is_at_fault_and_one_that_meets_that_of_all_is_not() {
    let all = MemoryOfAll::bounded(10 * MIB);
    let mut one = Memory::new(6 * MIB, all.clone());
    let mut other = Memory::new(6 * MIB, all.clone());
    assert!(one.memory_growing(0, 6 * MIB, None).unwrap());
    assert!(!one.memory_growing(6 * MIB, 7 * MIB, None).unwrap());
    assert!(!one.shortage.is_set());
    assert!(!other.memory_growing(0, 5 * MIB, None).unwrap());
    assert!(other.shortage.is_set());
    assert_eq!(all.bytes_in_use(), 6 * MIB);
    drop(one);
    assert!(other.memory_growing(0, 5 * MIB, None).unwrap());
    drop(other);
    assert_eq!(all.bytes_in_use(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_may_need_much_waits_in_line_and_is_told_to_come_back_in_the_end() {
    let all = MemoryOfAll::bounded(1024 * MIB);
    let first = all.promise(512).await.unwrap();
    assert!(all.promise(512).await.is_none(), "512 of 768 are promised");
    let (second, ()) = tokio::join!(all.promise(512), async { drop(first) });
    assert!(second.is_some());
}

#[tokio::test(start_paused = true)]
async fn on_a_small_machine_they_come_one_at_a_time() {
    let all = MemoryOfAll::bounded(256 * MIB);
    let only = all.promise(512).await.unwrap();
    assert!(all.promise(1).await.is_none());
    drop(only);
    assert!(all.promise(512).await.is_some());
}

#[test]
fn the_limits_of_our_control_group_and_of_those_above_it_are_looked_up() {
    assert_eq!(
        groups_of("0::/system.slice/shian.service\n"),
        [
            "/sys/fs/cgroup/memory.max",
            "/sys/fs/cgroup/system.slice/memory.max",
            "/sys/fs/cgroup/system.slice/shian.service/memory.max",
        ]
    );
    assert_eq!(
        groups_of("5:devices:/a\n4:memory:/a\n0::/\n"),
        [
            "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
            "/sys/fs/cgroup/memory.max",
        ]
    );
}

#[test]
fn the_machine_says_how_much_memory_it_has() {
    assert_eq!(
        total_of_meminfo("MemTotal:       24567890 kB\nMemFree: 1 kB\n"),
        Some(24_567_890 << 10)
    );
    assert_eq!(total_of_meminfo("nothing of the kind"), None);
}
