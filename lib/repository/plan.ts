import { basename } from 'node:path'
import { structuredPatch } from 'diff'
import type { FileEditor } from '../model/code.ts'
import { drifted, EvenkeelError } from '../model/error.ts'
import type { Edit } from '../model/product.ts'
import type { RepositoryConfig, RepositoryFile } from '../model/repository.ts'
import { assertCheckout, git, gitLine } from './git.ts'
import { withYamlValue, yamlValue } from './yamlKey.ts'

/** One file as it is at the base, and as the change makes it. `path` is relative to the root of the repository. */
export type PlannedFile = { path: string; mode: string; from: string; to: string }

/** What a change would commit: nothing of it is written yet. */
export type Plan = { base: string; parent: string; files: PlannedFile[] }

/** The edits of one target, with what reads and writes its product's own file. */
export type Edited = { target: string; edits: readonly Edit[]; editor: FileEditor | undefined; files: readonly RepositoryFile[] }

/** Whether two values of a setting are the same one: `2gb` and `2147483648`. */
export type Same = (target: string, name: string, a: string, b: string) => boolean

/**
 * Reads the files as they are committed at the base, never the working tree, and makes the new texts. Compare-and-set: throws `drift` where a file
 * does not hold the value that is expected, `invalid` where no file or more than one holds the setting.
 */
export async function planCommit(repository: RepositoryConfig, changes: readonly Edited[], same: Same): Promise<Plan> {
  const { path } = repository
  await assertCheckout(path)
  const base = repository.base ?? (await gitLine(path, ['symbolic-ref', '--quiet', '--short', 'HEAD']).catch(() => 'HEAD'))
  const parent = await gitLine(path, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${base}^{commit}`]).catch(() => {
    throw new EvenkeelError('unreachable', `the repository has no branch ${JSON.stringify(base)}`)
  })
  const prefix = await gitLine(path, ['rev-parse', '--show-prefix'])
  const files = new Map<string, PlannedFile>()
  for (const file of new Set(changes.flatMap((one) => one.files.map((entry) => entry.file))))
    files.set(file, await fileAt(path, parent, prefix + file, base))
  const text = (file: string) => files.get(file)!.to
  for (const { target, edits, editor, files: entries } of changes)
    for (const edit of edits) {
      const place = placeOf(edit.name, entries, editor, text)
      const found = place.read(text(place.file))
      if (!same(target, edit.name, found, edit.expect))
        throw drifted(
          `${place.file} at ${base} says ${edit.name} ${found}, and ${target} has ${edit.expect}: nothing was committed. Bring the file and the server together first`,
        )
      files.get(place.file)!.to = place.write(text(place.file), edit)
    }
  const changed = [...files.values()].filter(({ from, to }) => from !== to)
  if (changed.length === 0) throw new EvenkeelError('invalid', `the files at ${base} say so already: there is nothing to commit`)
  return { base, parent, files: changed }
}

/** A file of ordinary text at a commit. */
async function fileAt(repository: string, commit: string, path: string, base: string): Promise<PlannedFile> {
  const row = (await git(repository, ['ls-tree', '-z', '--full-tree', commit, '--', path])).toString('utf8')
  const [, mode, type, object, name] = /^(\d+) (\w+) ([0-9a-f]+)\t([^\0]*)\0$/.exec(row) ?? []
  if (object === undefined || name !== path) throw new EvenkeelError('invalid', `the repository has no file ${path} at ${base}`)
  if (type !== 'blob' || mode === '120000') throw new EvenkeelError('invalid', `${path} in the repository is no ordinary file`)
  const bytes = await git(repository, ['cat-file', 'blob', object])
  const from = bytes.toString('utf8')
  if (!Buffer.from(from, 'utf8').equals(bytes)) throw new EvenkeelError('invalid', `${path} in the repository is not UTF-8`)
  return { path, mode: mode!, from, to: from }
}

type Place = { file: string; read(text: string): string; write(text: string, edit: Edit): string }

/** The one file that holds a setting. */
function placeOf(name: string, entries: readonly RepositoryFile[], editor: FileEditor | undefined, text: (file: string) => string): Place {
  const places = entries.flatMap(({ file, keys }): Place[] => {
    if (keys) {
      const key = Object.hasOwn(keys, name) ? keys[name]! : null
      return key
        ? [{ file, read: (now) => yamlValue(now, key, file), write: (now, { value }) => withYamlValue(now, key, value, file) }]
        : []
    }
    const found = editor && valueIn(editor, text(file), name, file)
    if (editor === undefined || found === undefined) return []
    return [
      { file, read: (now) => valueIn(editor, now, name, file) ?? found, write: (now, edit) => editor.write(now, [edit], basename(file)) },
    ]
  })
  const [place, again] = places
  const names = entries.map(({ file }) => file).join(', ')
  if (!place) throw new EvenkeelError('invalid', `no file of the repository holds ${name} (${names})`)
  if (again) throw new EvenkeelError('invalid', `more than one file of the repository holds ${name}: ${place.file} and ${again.file}`)
  return place
}

const valueIn = (editor: FileEditor, text: string, name: string, file: string): string | undefined => {
  const found = editor.read(text, [name], basename(file))
  return Object.hasOwn(found, name) ? found[name] : undefined
}

/**
 * The plan as a unified diff. It has no lines of context, and so nothing of a file but what changes: a password may stand on the next line.
 */
export function patchOf({ files }: Plan): string {
  return files
    .map(({ path, from, to }) => {
      const { hunks } = structuredPatch(path, path, from, to, '', '', { context: 0 })!
      const body = hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
        // A side without lines names the line before it.
        `@@ -${oldStart - (oldLines === 0 ? 1 : 0)},${oldLines} +${newStart - (newLines === 0 ? 1 : 0)},${newLines} @@`,
        ...lines,
      ])
      // Behind a tab a time may stand: it ends a name that has a blank in it.
      const end = path.includes(' ') ? '\t' : ''
      return [`diff --git a/${path} b/${path}`, `--- a/${path}${end}`, `+++ b/${path}${end}`, ...body, ''].join('\n')
    })
    .join('')
}
