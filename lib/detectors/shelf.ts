import type { AnyDetector } from '../model/detector.ts'

/** The shelf of rules. One line a detector; its id is its path. */
export const detectors: AnyDetector[] = []
