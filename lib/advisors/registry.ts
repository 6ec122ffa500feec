import type { Advisor } from '../model/detector.ts'
import { cacheMemory } from './cache-memory.ts'
import { cachePolicy } from './cache-policy.ts'
import { cacheWarming } from './cache-warming.ts'
import { consistentHash } from './consistent-hash.ts'
import { drainServer } from './drain-server.ts'
import { expirySpread } from './expiry-spread.ts'
import { hotKeyAdvice } from './hot-key.ts'
import { memorySplit } from './memory-split.ts'
import { originLimit } from './origin-limit.ts'
import { poolWeights } from './pool-weights.ts'
import { ringPoints } from './ring-points.ts'
import { slabAutomove } from './slab-automove.ts'
import { slotMoves } from './slot-moves.ts'
import { slotsOpen } from './slots-open.ts'
import { stampedeCode } from './stampede-code.ts'
import { stickySessions } from './sticky-sessions.ts'
import { ttlJitter } from './ttl-jitter.ts'
import { ttlLength } from './ttl-length.ts'
import { ttlStaleness } from './ttl-staleness.ts'
import { weightFile } from './weight-file.ts'
import { weightReturn } from './weight-return.ts'

/** The registry of remedies. One line an advisor; its id is its file's name. */
export const advisors: Advisor[] = [
  poolWeights,
  weightReturn,
  drainServer,
  originLimit,
  cacheMemory,
  cachePolicy,
  memorySplit,
  slabAutomove,
  ttlJitter,
  expirySpread,
  ttlLength,
  ttlStaleness,
  ringPoints,
  weightFile,
  slotMoves,
  slotsOpen,
  hotKeyAdvice,
  stampedeCode,
  cacheWarming,
  stickySessions,
  consistentHash,
]
