import type { AnyDetector } from '../model/detector.ts'
import { loadImbalance } from './balancer/load-imbalance.ts'
import { serverDown } from './balancer/server-down.ts'
import { slowServer } from './balancer/slow-server.ts'
import { evictionStorm } from './cache/eviction-storm.ts'
import { hitRatioDrop } from './cache/hit-ratio-drop.ts'
import { hitRatioLow } from './cache/hit-ratio-low.ts'
import { restart } from './cache/restart.ts'
import { targetDown } from './fleet/target-down.ts'

/** The shelf of rules. One line a detector; its id is its path. */
export const detectors: AnyDetector[] = [
  hitRatioLow,
  hitRatioDrop,
  evictionStorm,
  restart,
  serverDown,
  slowServer,
  loadImbalance,
  targetDown,
]
