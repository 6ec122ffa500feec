import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, expect, it, vi } from 'vitest'
import { CAUSE } from '../../test/cause.ts'
import { clearLeftover, KEPT_MAX, readText, replaceFile } from './replaceFile.ts'

const run = promisify(execFile)
const folderOf = () => mkdtemp(join(tmpdir(), 'evenkeel-'))
const KEPT = `.app.conf.evenkeel-${CAUSE.change}`
const idOf = (n: number) => n.toString(16).padStart(16, '0')
async function fileOf(text = 'old'): Promise<{ folder: string; path: string }> {
  const folder = await folderOf()
  const path = join(folder, 'app.conf')
  await writeFile(path, text)
  return { folder, path }
}
const trial = (path: string) => replaceFile(path, { from: 'old', to: 'new' }, CAUSE)

afterEach(() => vi.restoreAllMocks())

it('replaces by rename, keeps the old text under the id of the change with its mode, and goes back', async () => {
  const { folder, path } = await fileOf()
  await chmod(path, 0o640)
  const inode = (await stat(path)).ino
  const { restore } = await trial(path)
  expect(await readFile(path, 'utf8')).toBe('new')
  expect(await readFile(join(folder, KEPT), 'utf8')).toBe('old')
  for (const name of ['app.conf', KEPT]) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o640)
  expect((await stat(path)).ino).not.toBe(inode)
  await restore()
  expect(await readFile(path, 'utf8')).toBe('old')
  expect(await readdir(folder)).toEqual(['app.conf'])
})

it('a roll-back keeps the text before the change, not its own', async () => {
  const { folder, path } = await fileOf()
  await trial(path)
  await replaceFile(path, { from: 'new', to: 'old' }, CAUSE)
  expect(await readFile(join(folder, KEPT), 'utf8')).toBe('old')
  expect((await readdir(folder)).sort()).toEqual([KEPT, 'app.conf'])
})

it('keeps the newest old texts, and touches no file that is not its own', async () => {
  const { folder, path } = await fileOf('0')
  const others = ['.app.conf.evenkeel-notes', '.app.conf.evenkeel-00000000000000AA', 'app.conf.evenkeel-0000000000000001', `.other${KEPT}`]
  for (const name of others) await writeFile(join(folder, name), 'mine')
  for (let i = 1; i <= KEPT_MAX + 3; i++) {
    await replaceFile(path, { from: String(i - 1), to: String(i) }, { change: idOf(i) })
    await utimes(join(folder, `.app.conf.evenkeel-${idOf(i)}`), i, i)
  }
  const kept = (await readdir(folder)).filter((name) => /^\.app\.conf\.evenkeel-[0-9a-f]{16}$/.test(name)).sort()
  expect(kept).toHaveLength(KEPT_MAX)
  expect(kept[0]).toBe(`.app.conf.evenkeel-${idOf(4)}`)
  expect(await readFile(join(folder, kept.at(-1)!), 'utf8')).toBe(String(KEPT_MAX + 2))
  expect(await readdir(folder)).toEqual(expect.arrayContaining(others))
})

it('writes the real file behind a symbolic link, and the link stays', async () => {
  const { folder, path } = await fileOf()
  const elsewhere = await folderOf()
  await symlink(path, join(elsewhere, 'site.conf'))
  const { restore } = await trial(join(elsewhere, 'site.conf'))
  expect((await lstat(join(elsewhere, 'site.conf'))).isSymbolicLink()).toBe(true)
  expect(await readFile(path, 'utf8')).toBe('new')
  expect(await readdir(elsewhere)).toEqual(['site.conf'])
  expect((await readdir(folder)).sort()).toEqual([KEPT, 'app.conf'])
  await restore()
  expect(await readFile(join(elsewhere, 'site.conf'), 'utf8')).toBe('old')
})

it('never writes through what stands at the name of its temporary file', async () => {
  const { folder, path } = await fileOf()
  await writeFile(join(folder, 'victim'), 'untouched')
  await symlink(join(folder, 'victim'), join(folder, '.app.conf.evenkeel-new'))
  await trial(path)
  expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('untouched')
  expect((await readdir(folder)).sort()).toEqual([KEPT, 'app.conf', 'victim'])
})

it('what a crash left before the rename is cleared at the next write, or at the start', async () => {
  const { folder, path } = await fileOf()
  await writeFile(join(folder, '.app.conf.evenkeel-new'), 'ne')
  await clearLeftover(path)
  expect(await readdir(folder)).toEqual(['app.conf'])
  await writeFile(join(folder, '.app.conf.evenkeel-new'), 'ne')
  await trial(path)
  expect(await readFile(path, 'utf8')).toBe('new')
  expect((await readdir(folder)).sort()).toEqual([KEPT, 'app.conf'])
})

it('killed at any moment, it leaves one of the whole texts', async () => {
  const texts = ['a', 'b'].map((letter) => letter.repeat(300_000))
  const { folder, path } = await fileOf(texts[0])
  const script = `
    import { readFile } from 'node:fs/promises'
    import { replaceFile } from ${JSON.stringify(join(import.meta.dirname, 'replaceFile.ts'))}
    const texts = ['a', 'b'].map((letter) => letter.repeat(300_000))
    process.stdout.write('begun')
    for (;;) {
      const now = (await readFile(${JSON.stringify(path)}, 'utf8')).startsWith('a') ? 0 : 1
      await replaceFile(${JSON.stringify(path)}, { from: texts[now], to: texts[1 - now] }, ${JSON.stringify(CAUSE)})
    }`
  for (let i = 0; i < 4; i++) {
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const gone = once(child, 'exit')
    await once(child.stdout, 'data')
    await sleep(3 + 7 * i)
    child.kill('SIGKILL')
    await gone
    expect(texts).toContain(await readFile(path, 'utf8'))
  }
  const kept = await readFile(join(folder, KEPT), 'utf8').catch(() => texts[0])
  expect(kept).toBe(texts[0])
})

it.each([
  ['writeFile', 'ENOSPC', 'app.conf cannot be replaced: its disk is full; make room on it'],
  ['sync', 'EIO', 'app.conf cannot be replaced: EIO'],
  ['chmod', 'EROFS', 'app.conf cannot be replaced: it stands on a file system that takes no writes; mount it writable'],
] as const)('a %s that fails with %s leaves the file and nothing beside it', async (call, code, words) => {
  const { folder, path } = await fileOf()
  const probe = await open(path)
  vi.spyOn(Object.getPrototypeOf(probe), call).mockRejectedValue(Object.assign(new Error(`${code}: ${folder}`), { code }))
  await probe.close()
  const error = await trial(path).catch((caught) => caught)
  expect(error).toMatchObject({ code: 'unreachable', message: words })
  expect(await readFile(path, 'utf8')).toBe('old')
  expect(await readdir(folder)).toEqual(['app.conf'])
})

it('a write that fails after the old text was kept leaves nothing of it', async () => {
  const { folder, path } = await fileOf()
  const probe = await open(path)
  const prototype = Object.getPrototypeOf(probe)
  const real = prototype.writeFile
  await probe.close()
  let calls = 0
  vi.spyOn(prototype, 'writeFile').mockImplementation(function (this: unknown, ...args: unknown[]) {
    if (++calls > 1) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    return real.apply(this, args)
  })
  await expect(trial(path)).rejects.toThrow('its disk is full')
  expect(calls).toBe(2)
  expect(await readdir(folder)).toEqual(['app.conf'])
})

/** What the same call says in a process of a user that is not root. */
async function asNobody(path: string): Promise<string> {
  const script = `
    import { replaceFile } from ${JSON.stringify(join(import.meta.dirname, 'replaceFile.ts'))}
    process.setgid?.(65534); process.setuid?.(65534)
    await replaceFile(${JSON.stringify(path)}, { from: 'old', to: 'new' }, ${JSON.stringify(CAUSE)}).then(() => console.log('done'), (error) => console.log(error.message))`
  return (await run(process.execPath, ['--no-warnings', '--input-type=module', '-e', script])).stdout.trim()
}

it.runIf(process.getuid?.() === 0)('without the right to write in its folder, or to keep its owner, it says so', async () => {
  const { folder, path } = await fileOf()
  await chmod(folder, 0o755)
  expect(await asNobody(path)).toBe("app.conf cannot be replaced: Evenkeel's user may not; give it write access to the file's folder")
  await chmod(folder, 0o777)
  await chmod(path, 0o600)
  expect(await asNobody(path)).toContain("Evenkeel's user may not")
  const inGroup = join(folder, 'group.conf')
  await writeFile(inGroup, 'old')
  await run('chown', ['1:65534', inGroup])
  await chmod(inGroup, 0o640)
  expect(await asNobody(inGroup)).toContain('group.conf would change hands')
  expect(await readFile(inGroup, 'utf8')).toBe('old')
  await chmod(inGroup, 0o644)
  expect(await asNobody(inGroup)).toBe('done')
  expect(await stat(inGroup)).toMatchObject({ gid: 65534 })
})

it('a file that is gone, a folder, a link to nothing, text that is none: named, without their folder', async () => {
  const folder = await folderOf()
  await mkdir(join(folder, 'app'))
  await symlink(join(folder, 'gone'), join(folder, 'link.conf'))
  await writeFile(join(folder, 'latin.conf'), Buffer.from([0x23, 0xfc]))
  const said = (work: Promise<unknown>) => work.then(String, (error) => `${error.code}: ${error.message}`)
  expect(await said(trial(join(folder, 'missing.conf')))).toBe('unreachable: missing.conf cannot be replaced: it is not there')
  expect(await said(trial(join(folder, 'link.conf')))).toBe('unreachable: link.conf cannot be replaced: it is not there')
  expect(await said(trial(join(folder, 'app')))).toContain('app is no ordinary file')
  expect(await said(readText(join(folder, 'missing.conf')))).toBe('unreachable: missing.conf cannot be read: it is not there')
  expect(await said(readText(join(folder, 'latin.conf')))).toBe('malformed: latin.conf is not UTF-8: Evenkeel does not edit it')
  expect((await readdir(folder)).sort()).toEqual(['app', 'latin.conf', 'link.conf'])
})

it('leaves alone what somebody else has written meanwhile, on the way there and on the way back', async () => {
  const { folder, path } = await fileOf('theirs')
  await expect(trial(path)).rejects.toMatchObject({ code: 'drift', message: expect.not.stringContaining(folder) })
  expect(await readdir(folder)).toEqual(['app.conf'])
  await writeFile(path, 'old')
  const { restore } = await trial(path)
  await writeFile(path, 'theirs')
  await expect(restore()).rejects.toMatchObject({ code: 'drift' })
  expect(await readFile(path, 'utf8')).toBe('theirs')
  expect(await readFile(join(folder, KEPT), 'utf8')).toBe('old')
  await rm(path)
  await expect(restore()).rejects.toMatchObject({ code: 'unreachable' })
})

it('an id that is none of a change names no file', async () => {
  const { path } = await fileOf()
  await expect(replaceFile(path, { from: 'old', to: 'new' }, { change: '../../x' })).rejects.toThrow('hexadecimal')
})
