import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, statfsSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'

/** A file system of its own in memory, so that it can be filled to the last block. */
export class SmallDisk implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'evenkeel-disk-'))
  constructor(megabytes: number) {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'tmpfs', this.path], { stdio: 'pipe' })
    } catch (error) {
      rmdirSync(this.path)
      throw error
    }
  }
  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path)
    return bavail * bsize
  }
  /** Fills the disk to its last block. */
  fill(): void {
    const fd = openSync(join(this.path, 'ballast'), 'a')
    try {
      for (const size of [65_536, 4_096]) for (const block = Buffer.alloc(size); ; ) writeSync(fd, block)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      this.#last(fd)
    } finally {
      closeSync(fd)
    }
  }
  free(): void {
    unlinkSync(join(this.path, 'ballast'))
  }
  /** Fills what a larger write could not. */
  #last(fd: number): void {
    try {
      for (const block = Buffer.alloc(512); ; ) writeSync(fd, block)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.path])
    rmdirSync(this.path)
  }
}

/** Why no small file system can be mounted here, or null. */
function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'only root may mount a small disk'
  try {
    new SmallDisk(1)[Symbol.dispose]()
    return null
  } catch {
    return 'this system lets nobody mount a small disk'
  }
}

/** `describe` for tests that fill a disk; where none can be mounted the block is skipped and its name says why. */
export function describeOnSmallDisk(name: string, body: () => void): void {
  const because = whyNot()
  if (because === null) describe(name, body)
  // A runner that is root and may not mount would otherwise test nothing, silently.
  else if (process.env.CI === 'true' && process.getuid?.() === 0)
    test(`${name}: ${because}`, () => {
      throw new Error(because)
    })
  else describe.skip(`${name}: ${because}`, body)
}
