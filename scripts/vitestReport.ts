export type Tally = { passed: number; failed: number; skipped: number; notes: string[] }

/** What is read of Vitest's report in JSON. A file that cannot be loaded, or whose hook fails, has status `failed` and may have no test. */
export type VitestReport = {
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[]
}

export const failedFiles = (report: VitestReport): string[] =>
  report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name)

/** The report of all files, where `again` stands for the files that ran once more. */
export function merged(first: VitestReport, again: VitestReport): VitestReport {
  const twice = new Set(again.testResults.map(({ name }) => name))
  return { testResults: [...first.testResults.filter(({ name }) => !twice.has(name)), ...again.testResults] }
}

export function tallyOf(report: VitestReport): Tally {
  const count = (statuses: readonly string[]) =>
    report.testResults.flatMap((file) => file.assertionResults).filter(({ status }) => statuses.includes(status)).length
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  return {
    passed: count(['passed']),
    failed: count(['failed']) + broken.length,
    skipped: count(['skipped', 'pending', 'todo', 'disabled']),
    notes: [],
  }
}
