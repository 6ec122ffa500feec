import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { replaceFile } from './replaceFile.ts'

it('replaces by rename, keeps the old text beside and its mode, and goes back', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'evenkeel-')), 'app.conf')
  await writeFile(path, 'old')
  await chmod(path, 0o640)
  const inode = (await stat(path)).ino
  const { restore } = await replaceFile(path, 'new')
  expect(await readFile(path, 'utf8')).toBe('new')
  expect(await readFile(`${path}.evenkeel-before`, 'utf8')).toBe('old')
  expect((await stat(path)).ino).not.toBe(inode)
  expect((await stat(path)).mode & 0o777).toBe(0o640)
  await restore()
  expect(await readFile(path, 'utf8')).toBe('old')
})

it('leaves the file and no temporary one when it cannot write', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-'))
  await expect(replaceFile(join(folder, 'missing.conf'), 'new')).rejects.toThrow('ENOENT')
  expect(await readdir(folder)).toEqual([])
})
