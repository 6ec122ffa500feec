import { describe, expect, it } from 'vitest'
import { failedFiles, merged, tallyOf } from './vitestReport.ts'

const file = (name: string, ...statuses: string[]) => ({
  name,
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status, i) => ({ fullName: `${name} ${i}`, status })),
})

describe('Report of Vitest', () => {
  const first = { testResults: [file('a', 'passed', 'skipped'), file('b', 'passed', 'failed', 'failed')] }

  it('is counted by test, and names the files that failed', () => {
    expect(tallyOf(first)).toEqual({ passed: 2, failed: 2, skipped: 1, notes: [] })
    expect(failedFiles(first)).toEqual(['b'])
  })

  it('counts a file whose hook failed, or that cannot be loaded, as one failure', () => {
    const broken = {
      testResults: [
        { ...file('c', 'skipped'), status: 'failed' },
        { ...file('d'), status: 'failed' },
      ],
    }
    expect(tallyOf(broken)).toMatchObject({ passed: 0, failed: 2, skipped: 1 })
    expect(failedFiles(broken)).toEqual(['c', 'd'])
  })

  it('takes the second run of a file in place of its first, whatever that says', () => {
    expect(tallyOf(merged(first, { testResults: [file('b', 'passed', 'passed', 'passed')] }))).toMatchObject({ passed: 4, failed: 0 })
    expect(tallyOf(merged(first, { testResults: [file('b', 'passed', 'passed', 'failed')] }))).toMatchObject({ passed: 3, failed: 1 })
  })
})
