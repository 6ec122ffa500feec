import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './daemon.ts'

/** A wall clock that a test sets, for processes started with its `env` (libfaketime). Their monotonic clock stays the machine's. */
export type FakedClock = {
  env: Record<string, string>
  /** Sets the offset from the machine's clock in seconds; negative: behind. Running processes see it at once. */
  set(seconds: number): void
}

export function fakedClock(): FakedClock {
  const file = join(mkdtempSync(join(tmpdir(), 'evenkeel-clock-')), 'clock')
  // Where the library lies differs from machine to machine; its own wrapper knows.
  const lines = execFileSync(findProgram('faketime')!, ['-m', '-f', '+0s', 'env'], { encoding: 'utf8' }).split('\n')
  const preload = Object.fromEntries(
    lines.map((line) => line.split('=') as [string, string]).filter(([name]) => /PRELOAD|INSERT_LIB/.test(name)),
  )
  const set = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}s`)
  set(0)
  return {
    env: { ...preload, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' },
    set,
  }
}
