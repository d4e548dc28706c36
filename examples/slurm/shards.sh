#!/bin/bash
# One run on many machines: an array of jobs, each of which runs one shard. What stands after the name of this file goes to `run`:
#
#     job=$(sbatch --parsable --array=1-8 examples/slurm/shards.sh scenarios/chatgpt-inference.toml --trials 1e10)
#     sbatch --dependency="afterok:$job" --wrap 'montecarbon merge parts --out results'
#
# A shard whose job failed is run again alone, of as many shards as before:
#
#     sbatch --array=3 --export=ALL,SHARDS=8 examples/slurm/shards.sh scenarios/chatgpt-inference.toml --trials 1e10
#
# The parts are written into the folder parts, or PARTS where --export sets it.
#
#SBATCH --job-name=montecarbon
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
set -euo pipefail
exec montecarbon run "$@" \
    --shard "$SLURM_ARRAY_TASK_ID/${SHARDS:-$SLURM_ARRAY_TASK_COUNT}" \
    --threads "$SLURM_CPUS_PER_TASK" \
    --out "${PARTS:-parts}" --quiet
