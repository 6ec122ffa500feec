import type { AnyDetector } from '../model/detector.ts'
import { errorRate } from './balancer/error-rate.ts'
import { loadImbalance } from './balancer/load-imbalance.ts'
import { longSessions } from './balancer/long-sessions.ts'
import { longTtl } from './balancer/long-ttl.ts'
import { movingAddress } from './balancer/moving-address.ts'
import { noPair } from './balancer/no-pair.ts'
import { originUnlimited } from './balancer/origin-unlimited.ts'
import { queueing } from './balancer/queueing.ts'
import { retries } from './balancer/retries.ts'
import { serverDown } from './balancer/server-down.ts'
import { serverFlapping } from './balancer/server-flapping.ts'
import { sessionsNearLimit } from './balancer/sessions-near-limit.ts'
import { shedding } from './balancer/shedding.ts'
import { slowChecks } from './balancer/slow-checks.ts'
import { slowServer } from './balancer/slow-server.ts'
import { stickySkew } from './balancer/sticky-skew.ts'
import { weightDrift } from './balancer/weight-drift.ts'
import { weightHeldBack } from './balancer/weight-held-back.ts'
import { authFailures } from './cache/auth-failures.ts'
import { bigKey } from './cache/big-key.ts'
import { clientsNearLimit } from './cache/clients-near-limit.ts'
import { coldStart } from './cache/cold-start.ts'
import { configDrift } from './cache/config-drift.ts'
import { evictionPolicy } from './cache/eviction-policy.ts'
import { evictionStorm } from './cache/eviction-storm.ts'
import { failoverChurn } from './cache/failover-churn.ts'
import { forkMemory } from './cache/fork-memory.ts'
import { fragmentation } from './cache/fragmentation.ts'
import { hitRatioDrop } from './cache/hit-ratio-drop.ts'
import { hitRatioLow } from './cache/hit-ratio-low.ts'
import { hotKey } from './cache/hot-key.ts'
import { keysWithoutTtl } from './cache/keys-without-ttl.ts'
import { largeReplies } from './cache/large-replies.ts'
import { latencyRise } from './cache/latency-rise.ts'
import { massExpiry } from './cache/mass-expiry.ts'
import { memoryRefusingWrites } from './cache/memory-refusing-writes.ts'
import { clusterMemorySplit } from './cache/memory-split.ts'
import { memorySurplus } from './cache/memory-surplus.ts'
import { outputBuffers } from './cache/output-buffers.ts'
import { persistenceFailing } from './cache/persistence-failing.ts'
import { replicationBroken } from './cache/replication-broken.ts'
import { replicationLag } from './cache/replication-lag.ts'
import { restart } from './cache/restart.ts'
import { slabImbalance } from './cache/slab-imbalance.ts'
import { slotImbalance } from './cache/slot-imbalance.ts'
import { slotsOpen } from './cache/slots-open.ts'
import { slowCommands } from './cache/slow-commands.ts'
import { staleAfterWrite } from './cache/stale-after-write.ts'
import { stampede } from './cache/stampede.ts'
import { timeToFull } from './cache/time-to-full.ts'
import { coldCacheOverload } from './fleet/cold-cache-overload.ts'
import { documentBehind } from './fleet/document-behind.ts'
import { singlePointOfFailure } from './fleet/single-point-of-failure.ts'
import { targetDown } from './fleet/target-down.ts'
import { tierCascade } from './fleet/tier-cascade.ts'
import { hotArc } from './ring/hot-arc.ts'
import { imbalance } from './ring/imbalance.ts'
import { memorySplit } from './ring/memory-split.ts'
import { needlessMoves } from './ring/needless-moves.ts'

/** The registry of rules. One line a detector; its id is its path. */
export const detectors: AnyDetector[] = [
  hitRatioLow,
  hitRatioDrop,
  evictionStorm,
  evictionPolicy,
  restart,
  coldStart,
  massExpiry,
  stampede,
  staleAfterWrite,
  hotKey,
  bigKey,
  authFailures,
  configDrift,
  failoverChurn,
  outputBuffers,
  timeToFull,
  forkMemory,
  largeReplies,
  clientsNearLimit,
  fragmentation,
  keysWithoutTtl,
  memoryRefusingWrites,
  memorySurplus,
  clusterMemorySplit,
  persistenceFailing,
  replicationBroken,
  replicationLag,
  slowCommands,
  slabImbalance,
  slotImbalance,
  slotsOpen,
  latencyRise,
  serverDown,
  slowServer,
  loadImbalance,
  longSessions,
  errorRate,
  serverFlapping,
  retries,
  shedding,
  slowChecks,
  originUnlimited,
  noPair,
  movingAddress,
  longTtl,
  queueing,
  sessionsNearLimit,
  stickySkew,
  weightDrift,
  weightHeldBack,
  imbalance,
  hotArc,
  memorySplit,
  needlessMoves,
  targetDown,
  singlePointOfFailure,
  documentBehind,
  tierCascade,
  coldCacheOverload,
]
