import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TargetFields } from './endpoints.ts'
import { withoutComments } from './replacing.ts'

/** The files that a configuration names, by the name that they have in the case, and the fields with `{file NAME}` in their places. */
export function namedFiles(kind: string, config: TargetFields): { files: Record<string, string>; fields: TargetFields } {
  const files: Record<string, string> = {}
  const fields: TargetFields = {}
  const keep = (name: string, path: string): string => {
    files[name] = withoutComments(textAt(path))
    return `{file ${name}}`
  }
  if (typeof config.config === 'string') fields.config = keep(kind === 'haproxy' ? 'haproxy.cfg' : 'nutcracker.yml', config.config)
  if (kind === 'nginx' && config.upstreams)
    fields.upstreams = Object.fromEntries(
      Object.entries(config.upstreams as Record<string, { file: string }>).map(([name, { file, ...rest }]) => [
        name,
        { ...rest, file: keep(`${name.replace(/[^\w.-]/g, '-')}.conf`, file) },
      ]),
    )
  const { eds } = config as { eds?: { file: string } }
  if (eds) fields.eds = { ...eds, file: keep('eds.json', eds.file) }
  return { files, fields }
}

/** A folder is read as `haproxy -f FOLDER` does. */
function textAt(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8')
  const names = readdirSync(path).filter((name) => name.endsWith('.cfg') && !name.startsWith('.'))
  return names
    .sort()
    .map((name) => readFileSync(join(path, name), 'utf8'))
    .join('\n')
}
