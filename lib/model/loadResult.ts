/** Response times in seconds; null where the load generator does not tell. */
export type LoadTimes = {
  mean: number | null
  p50: number | null
  p90: number | null
  p95: number | null
  p99: number | null
  max: number | null
}

/** What a load generator counted and timed, of all its requests or of those of one name. */
export type LoadFigures = { requests: number; failures: number | null; perSecond: number | null; times: LoadTimes }

/** A moment of the run: `at` is epoch ms, the end of its bucket. */
export type LoadMoment = {
  at: number
  users: number | null
  perSecond: number | null
  failuresPerSecond: number | null
  /** Seconds. */
  p95: number | null
}

/** The result of a load test by the account of the program that made the load. Names and expressions are others' words. */
export type LoadResult = {
  tool: 'k6' | 'locust' | 'gatling'
  /** Which of the tool's outputs it was read from. */
  format: string
  /** What `all` counts: a test without HTTP requests has iterations alone. */
  counts: 'requests' | 'iterations'
  /** Epoch ms; null where the output has no dates. */
  from: number | null
  to: number | null
  seconds: number | null
  usersMax: number | null
  all: LoadFigures
  checks: { passes: number; fails: number } | null
  thresholds: { metric: string; expression: string; passed: boolean }[]
  /** The most called names. */
  parts: ({ name: string } & LoadFigures)[]
  course: LoadMoment[]
}

/** The results that are attached to one run, by the id of its annotation. */
export type LoadResults = { id: string; results: (LoadResult & { attachedAt: number; attachedBy: string })[] }

export const NO_TIMES: LoadTimes = { mean: null, p50: null, p90: null, p95: null, p99: null, max: null }

/** What is kept of a result: of very many names those that were called most. */
export const LOAD_RESULT_MAX = { parts: 50, thresholds: 50, course: 300, name: 200 }
