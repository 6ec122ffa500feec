import { Worker } from 'node:worker_threads'
import type { CurvesView } from '../../model/answers/curves.ts'
import type { CurvesQuestion } from '../curves/compute.ts'
import type { TargetCurves, TargetCurvesQuestion } from '../curves/computeTarget.ts'
import type { PatternOutcomes, PatternsQuestion } from '../references/computePatterns.ts'
import type { StalenessQuestion, StalenessTold } from '../references/computeStaleness.ts'
import type { Imported, ImportQuestion } from '../traces/importTrace.ts'
import { createWorkPool, type JobOptions, type WorkPool } from './pool.ts'

export type CurvesJob =
  | { trace: ImportQuestion }
  | { curves: CurvesQuestion }
  | { target: TargetCurvesQuestion }
  | { patterns: PatternsQuestion }
  | { staleness: StalenessQuestion }
export type CurvesResult = Imported | CurvesView | TargetCurves | PatternOutcomes | StalenessTold | null

/** 256 MB of CSV take about half a minute. */
const IMPORT_MS = 180_000
const CURVES_MS = 20_000
/** Of the JavaScript heap. References are typed arrays, outside of it. */
const HEAP_MAX_MB = 512

let pool: WorkPool<CurvesJob, CurvesResult> | null = null

/** One for the process, begun with the first question. Apart from that of the rings: a long trace delays no what-if. */
function curves(): WorkPool<CurvesJob, CurvesResult> {
  pool ??= createWorkPool(
    () => new Worker(new URL('./curvesWorker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB } }),
    { workers: 2, waitingMax: 32, waitingMaxEach: 8 },
  )
  return pool
}

export type Asked = Pick<JobOptions, 'by' | 'gone'>

/** Reads an uploaded trace in a worker thread. Throws as `importTrace` does, and as the pool does. */
export const importInThread = (question: ImportQuestion, asked: Asked): Promise<Imported> =>
  curves().run({ trace: question }, { ...asked, deadlineMs: IMPORT_MS }) as Promise<Imported>

/** Curves in a worker thread. Throws as `computeCurves` does, and as the pool does. */
export const curvesInThread = (question: CurvesQuestion, asked: Asked): Promise<CurvesView> =>
  curves().run({ curves: question }, { ...asked, deadlineMs: CURVES_MS }) as Promise<CurvesView>

/** Curves of a target's references in a worker thread. Throws as `computeTargetCurves` does, and as the pool does. */
export const targetCurvesInThread = (question: TargetCurvesQuestion, asked: Asked): Promise<TargetCurves> =>
  curves().run({ target: question }, { ...asked, deadlineMs: CURVES_MS }) as Promise<TargetCurves>

/** Hit ratios by pattern in a worker thread, for the engine: to the pool it is one person. */
export const patternsInThread = (question: PatternsQuestion): Promise<PatternOutcomes | null> =>
  curves().run({ patterns: question }, { by: 'the engine', deadlineMs: CURVES_MS }) as Promise<PatternOutcomes | null>

/** How old what was read was, by pattern, in a worker thread, for the engine. */
export const stalenessInThread = (question: StalenessQuestion): Promise<StalenessTold> =>
  curves().run({ staleness: question }, { by: 'the engine', deadlineMs: CURVES_MS }) as Promise<StalenessTold>
