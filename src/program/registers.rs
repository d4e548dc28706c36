//! From one column per value to few columns: a register is free again after the last step that reads it.

use super::{Register, Slot, Step};

/// Renames the registers of `steps` (each written once) so that as few as possible are live; those in `kept` stay to the end.
/// Returns how many there are. A step's result never shares a register with an operand of the same step.
pub fn allocate(steps: &mut [Step], kept: &mut [Slot]) -> usize {
    let values = steps
        .iter()
        .map(|step| step.result() as usize + 1)
        .max()
        .unwrap_or(0);
    let mut last_read = vec![0; values];
    for (at, step) in steps.iter().enumerate() {
        step.operands(|register| last_read[register as usize] = at);
    }
    for slot in kept.iter() {
        if let Slot::Column(register) = slot {
            last_read[*register as usize] = usize::MAX;
        }
    }
    let mut assigned = vec![Register::MAX; values];
    let mut free: Vec<Register> = Vec::new();
    let mut count = 0;
    for (at, step) in steps.iter_mut().enumerate() {
        let result = step.result() as usize;
        let register = free.pop().unwrap_or_else(|| {
            count += 1;
            count - 1
        });
        assigned[result] = register;
        let mut done = Vec::new();
        step.operands(|operand| {
            if last_read[operand as usize] == at && !done.contains(&operand) {
                done.push(operand);
            }
        });
        free.extend(done.into_iter().map(|operand| assigned[operand as usize]));
        if last_read[result] == 0 {
            free.push(register);
        }
        step.rename(|register| assigned[register as usize]);
    }
    for slot in kept {
        if let Slot::Column(register) = slot {
            *register = assigned[*register as usize];
        }
    }
    count as usize
}

impl Step {
    /// Where the step writes.
    pub fn result(&self) -> Register {
        match self {
            Step::Fill { result, .. }
            | Step::Take { result, .. }
            | Step::Unary { result, .. }
            | Step::Binary { result, .. }
            | Step::MultiplyAdd { result, .. }
            | Step::Select { result, .. }
            | Step::Interpolate { result, .. } => *result,
        }
    }

    /// The source that the step draws, if it draws one.
    pub(super) fn source(&self) -> Option<usize> {
        match self {
            Step::Fill { source, .. } => Some(*source),
            _ => None,
        }
    }

    /// Calls `visit` with every column that the step reads.
    pub(super) fn operands(&self, mut visit: impl FnMut(Register)) {
        self.clone().rename_operands(|register| {
            visit(register);
            register
        });
    }

    fn rename(&mut self, mut name: impl FnMut(Register) -> Register) {
        self.rename_operands(&mut name);
        match self {
            Step::Fill { result, .. }
            | Step::Take { result, .. }
            | Step::Unary { result, .. }
            | Step::Binary { result, .. }
            | Step::MultiplyAdd { result, .. }
            | Step::Select { result, .. }
            | Step::Interpolate { result, .. } => *result = name(*result),
        }
    }

    fn rename_operands(&mut self, mut name: impl FnMut(Register) -> Register) {
        let mut slot = |slot: &mut Slot| {
            if let Slot::Column(register) = slot {
                *register = name(*register);
            }
        };
        let column = |register: &mut Register, slot: &mut dyn FnMut(&mut Slot)| {
            let mut operand = Slot::Column(*register);
            slot(&mut operand);
            if let Slot::Column(renamed) = operand {
                *register = renamed;
            }
        };
        match self {
            Step::Fill { .. } => {}
            Step::Take { row, .. } => column(row, &mut slot),
            Step::Unary { argument, .. } => column(argument, &mut slot),
            Step::Binary { left, right, .. } => {
                slot(left);
                slot(right);
            }
            Step::MultiplyAdd { scaled, added, .. } => {
                column(scaled, &mut slot);
                column(added, &mut slot);
            }
            Step::Select {
                condition,
                then,
                otherwise,
                ..
            } => {
                column(condition, &mut slot);
                slot(then);
                slot(otherwise);
            }
            Step::Interpolate {
                argument, values, ..
            } => {
                column(argument, &mut slot);
                values.iter_mut().for_each(slot);
            }
        }
    }
}
