import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './daemon.ts'

/** The wall clock of the processes that are given its `env`, set by hand; their monotonic clock is the machine's. By libfaketime. */
export type FakedClock = {
  env: Record<string, string>
  /** So far ahead of the machine's clock, in seconds; negative: behind. At once, for processes that run too. */
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
