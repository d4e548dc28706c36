#!/usr/bin/env bash
# One run as an array of Slurm's jobs, on a real slurmctld and slurmd of this machine (as root: Slurm is started and ended here), joined by
# a job that waits for them; GNU parallel does the same with the same two numbers. The bytes are those of one run.
# slurm.sh BINARY
set -euo pipefail
binary=$(realpath "$1")
project=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait || true; rm -rf "$work"' EXIT
cd "$work"
mkdir bin state spool
ln -s "$binary" bin/montecarbon
export PATH=$work/bin:$PATH SLURM_CONF=$work/slurm.conf
cp "$project"/scenarios/{chatgpt-inference,batching}.toml .

dd if=/dev/urandom of=munge.key bs=1 count=1024 status=none
chmod 400 munge.key
munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge.socket" \
    --pid-file="$work/munged.pid" --seed-file="$work/munge.seed" --log-file="$work/munged.log" >munged.out 2>&1 &
cat >slurm.conf <<END
ClusterName=here
SlurmctldHost=$(hostname -s)(localhost)
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SchedulerParameters=sched_interval=1,bf_interval=1
NodeName=$(hostname -s) NodeAddr=localhost CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=10 State=UP
END
until [[ -S munge.socket ]]; do sleep 0.1; done
slurmctld -D >slurmctld.out 2>&1 &
slurmd -D >slurmd.out 2>&1 &
failed() { tail -20 slurm*.log slurm*.out slurm-*.out 2>/dev/null; exit 1; }
for _ in {1..150}; do
    sinfo --noheader --format %T 2>/dev/null | grep -q idle && break
    sleep 0.2
done
sinfo | grep -q idle || failed

run=(chatgpt-inference.toml batching.toml --trials 200000)
job=$(sbatch --parsable --array=1-5 "$project/examples/slurm/shards.sh" "${run[@]}")
merge=$(sbatch --parsable --dependency="afterok:$job" --wrap 'montecarbon merge parts --out results --quiet')
for _ in {1..300}; do
    [[ -z $(squeue --noheader) ]] && break
    sleep 0.2
done
[[ -d results ]] || failed
scontrol show job "$merge" | grep -q COMPLETED || failed

# As the recipe says, a shard that is lost is run again alone.
rm parts/chatgpt-inference.3-of-5.part
! montecarbon merge parts --out again 2>missing
grep -q -- '--shard 3/5' missing
sbatch --wait --array=3 --export=ALL,SHARDS=5 "$project/examples/slurm/shards.sh" "${run[@]}" >/dev/null
montecarbon merge parts --out again --quiet >/dev/null

parallel --will-cite montecarbon run "${run[@]}" --shard {}/5 --out others --quiet ::: 1 2 3 4 5
montecarbon merge others --out joined --quiet >/dev/null

montecarbon run "${run[@]}" --out whole --quiet >/dev/null
for folder in results again joined; do
    diff --recursive --exclude manifest.json whole "$folder"
    montecarbon verify "$folder" --quiet >/dev/null
done
echo "five of Slurm's jobs, and five of GNU parallel's, gave the bytes of one run"
