//! Work in any order on any number of threads, results taken in the order of the work.

use rayon::prelude::*;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

thread_local! {
    /// Whether every other thread has a task of its own, so that sharing this one's would only keep them from it.
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `body` on a pool of `threads` threads (`None`: one a processor).
pub fn with_threads<R: Send>(threads: Option<usize>, body: impl FnOnce() -> R + Send) -> R {
    match rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .start_handler(stay_apart)
        .build()
    {
        Ok(pool) => pool.install(body),
        // No threads to be had: the calling one does it.
        Err(_) => body(),
    }
}

/// Where every processor has a thread, each has one of its own.
///
/// The kernel of a virtual machine takes a processor that sleeps for one that the host has taken away, and wakes all threads on the one that is
/// awake; tens of milliseconds go by before it parts them, longer than many a run takes. Work is shared in small pieces: where another program
/// is on one of the processors, the threads of the others do more of it.
fn stay_apart(thread: usize) {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
        let Ok(allowed) = sched_getaffinity(None) else {
            return;
        };
        let mut processors = (0..CpuSet::MAX_CPU).filter(|&processor| allowed.is_set(processor));
        if allowed.count() as usize == threads()
            && let Some(own) = processors.nth(thread)
        {
            let mut only = CpuSet::new();
            only.set(own);
            // Where it is not granted, the thread runs as well, wherever that is.
            let _ = sched_setaffinity(None, &only);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = thread;
}

/// Threads that work is shared among.
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// Does tasks 0, 1, …, each on whichever thread is free (on this one, inside a task of [`beside_each_other`] that is not shared), and hands the
/// results to `take` in the order of the tasks: those that come early wait. `workspace` is made once for each thread that works; when all is done, they are what is returned, in no order that
/// matters. Stops early when `take` says so, and hands it nothing more.
pub fn in_order<W: Send, T: Send>(
    tasks: usize,
    workspace: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, usize) -> T + Sync,
    mut take: impl FnMut(T) -> bool + Send,
) -> Vec<W> {
    let threads = threads().min(tasks);
    if threads <= 1 || ALONE.get() {
        // In their order as they are: nothing to wait for, and nothing to lock.
        let mut own = None;
        for task in 0..tasks {
            if !take(work(own.get_or_insert_with(&workspace), task)) {
                break;
            }
        }
        return own.into_iter().collect();
    }
    let queue = Queue::new(tasks, take);
    let workspaces = Mutex::new(Vec::new());
    let worker = || {
        // Only where there is something to do: the others may have done it all before this thread was free.
        let mut own = None;
        while queue.one(|task| work(own.get_or_insert_with(&workspace), task)) {}
        locked(&workspaces).extend(own);
    };
    rayon::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| worker());
        }
    });
    std::mem::take(&mut locked(&workspaces))
}

/// Does tasks 0, 1, …, each on one thread as long as there is one for every thread, the last ones shared among threads inside, and hands the
/// results to `take` in their order until it says stop. A thread that waits inside one task may do another one meanwhile, but then comes back
/// to it, in place of doing all that are left.
pub fn beside_each_other<T: Send>(
    tasks: usize,
    work: impl Fn(usize) -> T + Sync,
    take: impl FnMut(T) -> bool + Send,
) {
    fn turn<'scope>(scope: &rayon::Scope<'scope>, one: &'scope (dyn Fn() -> bool + Sync)) {
        if one() {
            scope.spawn(move |scope| turn(scope, one));
        }
    }
    let queue = Queue::new(tasks, take);
    let one = || {
        queue.one(|task| {
            let before = ALONE.replace(task + threads() <= tasks);
            let result = work(task);
            ALONE.set(before);
            result
        })
    };
    rayon::scope(|scope| {
        for _ in 0..threads().min(tasks) {
            scope.spawn(|scope| turn(scope, &one));
        }
    });
}

/// Tasks that are still to do, and results that wait for earlier ones.
struct Queue<T, F> {
    tasks: usize,
    next: AtomicUsize,
    taker: Mutex<Taker<T, F>>,
}

struct Taker<T, F> {
    waiting: BTreeMap<usize, T>,
    next: usize,
    stopped: bool,
    take: F,
}

impl<T, F: FnMut(T) -> bool> Queue<T, F> {
    fn new(tasks: usize, take: F) -> Self {
        Queue {
            tasks,
            next: AtomicUsize::new(0),
            taker: Mutex::new(Taker {
                waiting: BTreeMap::new(),
                next: 0,
                stopped: false,
                take,
            }),
        }
    }

    /// Does the next task, and hands on what can be; false where none is left.
    fn one(&self, work: impl FnOnce(usize) -> T) -> bool {
        let task = self.next.fetch_add(1, Ordering::Relaxed);
        if task >= self.tasks {
            return false;
        }
        let result = work(task);
        let mut taker = locked(&self.taker);
        let Taker {
            waiting,
            next,
            stopped,
            take,
        } = &mut *taker;
        waiting.insert(task, result);
        while !*stopped && let Some(result) = waiting.remove(next) {
            *next += 1;
            if !take(result) {
                *stopped = true;
                self.next.store(self.tasks, Ordering::Relaxed);
            }
        }
        true
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What tasks 0, 1, … return, each done on whichever thread is free.
pub fn each<T: Send>(tasks: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut results = Vec::with_capacity(tasks);
    in_order(
        tasks,
        || (),
        |(), task| work(task),
        |result| {
            results.push(result);
            true
        },
    );
    results
}

/// Does something to each of them, on whichever thread is free.
pub fn each_of<T: Send>(items: &mut [T], work: impl Fn(&mut T) + Send + Sync) {
    if ALONE.get() {
        items.iter_mut().for_each(work);
    } else {
        items.par_iter_mut().for_each(work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_stop_nothing_more_is_taken() {
        let mut taken = Vec::new();
        with_threads(Some(2), || {
            in_order(
                50,
                || (),
                |(), task| {
                    // All the others are done and wait for the first.
                    if task == 0 {
                        std::thread::sleep(std::time::Duration::from_millis(100));
                    }
                    task
                },
                |task| {
                    taken.push(task);
                    false
                },
            );
        });
        assert_eq!(taken, [0]);
    }

    /// Tasks inside tasks, of which some wait for what other threads do of them.
    #[test]
    fn tasks_may_be_shared_inside() {
        for threads in [1, 2, 3, 7] {
            let mut taken = Vec::new();
            with_threads(Some(threads), || {
                beside_each_other(
                    40,
                    |task| {
                        let squares = each(5, |inner| {
                            let pause = ((task * 7 + inner) % 4) as u64;
                            std::thread::sleep(std::time::Duration::from_micros(100 * pause));
                            inner * inner
                        });
                        assert_eq!(squares, [0, 1, 4, 9, 16]);
                        task
                    },
                    |task| {
                        taken.push(task);
                        task < 30
                    },
                );
            });
            assert!(taken.iter().copied().eq(0..31), "{threads} {taken:?}");
        }
    }

    #[test]
    fn results_come_in_order_and_may_stop() {
        for threads in [1, 2, 7] {
            let mut taken = Vec::new();
            with_threads(Some(threads), || {
                in_order(
                    500,
                    || 0usize,
                    |_, task| {
                        std::thread::sleep(std::time::Duration::from_micros(
                            ((task * 7919) % 5) as u64 * 20,
                        ));
                        task
                    },
                    |task| {
                        taken.push(task);
                        task < 400
                    },
                );
            });
            assert!(
                taken.len() == 401 && taken.iter().enumerate().all(|(at, &task)| at == task),
                "{threads}"
            );
        }
    }
}
