//! Arithmetic over slices, chosen at run time for the processor and giving the same bits whichever is chosen.

/// Runs `body` compiled for the best instruction set this processor has.
#[inline]
pub fn dispatch<R>(body: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(body)
}
