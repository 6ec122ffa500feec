import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backUp, restore } from './backup.ts'
import { createStore } from './store.ts'

const AT = Date.parse('2026-03-01T10:00:00Z')
let home: string
const at = (name: string) => join(home, name)
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'evenkeel-backup-'))
})
afterEach(() => rmSync(home, { recursive: true }))

/** A store that is written all the time by another process; answers how many ticks it wrote by now. */
async function writing(): Promise<{ ticks(): number; until(ticks: number): Promise<void>; kill(): Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash.child.ts'), at('data'), String(AT)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let ticks = 0
  const listeners = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    ticks = Number(line)
    for (const listener of listeners) listener()
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    ticks: () => ticks,
    until: (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          if (ticks < wanted) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
      }),
    kill() {
      child.kill('SIGKILL')
      return ended
    },
  }
}
const values = (data: string) => {
  const store = createStore({ path: data, now: () => AT + 3_600_000 })
  try {
    const [x] = store.query({ metric: 'x_total', labels: { target: 'a' }, from: AT, to: AT + 600_000 })
    return { change: store.changes.get('change')?.at, points: x?.points.filter(([, value]) => value !== null).length ?? 0 }
  } finally {
    store.close()
  }
}

test('a store that is being written is copied whole, and put back; what was there is kept', async () => {
  const writer = await writing()
  await writer.until(60)
  writeFileSync(at('data/session.key'), 'key-of-then')
  const before = writer.ticks()
  const { files } = await backUp(at('data'), at('backup'), AT)
  const after = writer.ticks()
  expect(files.map(({ name }) => name)).toEqual(['evenkeel.db', 'session.key'])
  for (const name of readdirSync(at('backup'))) expect(statSync(join(at('backup'), name)).mode & 0o077, name).toBe(0)
  await expect(restore(at('backup'), at('data'), AT)).rejects.toThrow(/locked|runs|another/)
  await writer.until(after + 20)
  await writer.kill()
  writeFileSync(at('data/session.key'), 'key-of-now')
  const { replaced } = await restore(at('backup'), at('data'), AT)
  expect(readFileSync(at('data/session.key'), 'utf8')).toBe('key-of-then')
  expect(readFileSync(join(replaced!, 'session.key'), 'utf8')).toBe('key-of-now')
  const restored = values(at('data'))
  expect(restored.change).toBeGreaterThanOrEqual(before)
  expect(restored.change).toBeLessThanOrEqual(after + 1)
  expect(restored.points).toBeGreaterThan(0)
  expect(values(replaced!).change).toBeGreaterThan(restored.change!)
})

test('a backup that is not whole is refused before anything is touched', async () => {
  createStore({ path: at('data'), now: () => AT }).close()
  await backUp(at('data'), at('backup'), AT)
  await expect(backUp(at('data'), at('backup'), AT)).rejects.toThrow(/is not empty/)
  await expect(backUp(at('nothing'), at('other'), AT)).rejects.toThrow(/there is no database/)
  const bytes = readFileSync(at('backup/evenkeel.db'))
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(at('backup/evenkeel.db'), bytes)
  await expect(restore(at('backup'), at('data'), AT)).rejects.toThrow(/evenkeel\.db was changed since the backup/)
  const made = JSON.parse(readFileSync(at('backup/backup.json'), 'utf8')) as { files: { name: string }[] }
  writeFileSync(at('backup/backup.json'), JSON.stringify({ ...made, files: [{ ...made.files[0], name: '../evil' }] }))
  await expect(restore(at('backup'), at('data'), AT)).rejects.toThrow(/backup\.json: files\.0\.name/)
  rmSync(at('backup/backup.json'))
  await expect(restore(at('backup'), at('data'), AT)).rejects.toThrow(/no backup, or one that did not end/)
  expect(readdirSync(at('data')).filter((name) => name.startsWith('replaced'))).toEqual([])
})
