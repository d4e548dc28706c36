//! Work in any order on any number of threads, results taken in the order of the work.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs `body` on a pool of `threads` threads (`None`: one a processor).
pub fn with_threads<R: Send>(threads: Option<usize>, body: impl FnOnce() -> R + Send) -> R {
    match rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .build()
    {
        Ok(pool) => pool.install(body),
        // No threads to be had: the calling one does it.
        Err(_) => body(),
    }
}

/// Does tasks 0, 1, …, each on whichever thread is free, and hands the results to `take` in the order of the tasks: no more of
/// them wait than there are threads. `workspace` is made once for each thread that works; when all is done, they are what is returned, in no
/// order that matters. Stops early when `take` says so, and hands it nothing more.
pub fn in_order<W: Send, T: Send>(
    tasks: usize,
    workspace: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, usize) -> T + Sync,
    take: impl FnMut(T) -> bool + Send,
) -> Vec<W> {
    struct Taker<W, T, F> {
        workspaces: Vec<W>,
        waiting: BTreeMap<usize, T>,
        next: usize,
        stopped: bool,
        take: F,
    }
    let next = AtomicUsize::new(0);
    let taker = Mutex::new(Taker {
        workspaces: Vec::new(),
        waiting: BTreeMap::new(),
        next: 0,
        stopped: false,
        take,
    });
    let lock = || {
        taker
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    };
    let worker = || {
        // Only where there is something to do: the others may have done it all before this thread was free.
        let mut own = None;
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            if task >= tasks {
                break;
            }
            let result = work(own.get_or_insert_with(&workspace), task);
            let mut taker = lock();
            let Taker {
                waiting,
                next: expected,
                stopped,
                take,
                ..
            } = &mut *taker;
            waiting.insert(task, result);
            while !*stopped && let Some(result) = waiting.remove(expected) {
                *expected += 1;
                if !take(result) {
                    *stopped = true;
                    next.store(tasks, Ordering::Relaxed);
                }
            }
        }
        lock().workspaces.extend(own);
    };
    let threads = rayon::current_num_threads().min(tasks);
    if threads <= 1 {
        worker();
    } else {
        rayon::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|_| worker());
            }
        });
    }
    std::mem::take(&mut lock().workspaces)
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
