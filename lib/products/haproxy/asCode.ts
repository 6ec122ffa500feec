import { shellLine } from '../../format/shell.ts'
import type { CodeWriter, FileEditor, Snippet } from '../../model/code.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Edit } from '../../model/product.ts'
import { type LimitPart, limitPart, type ServerPart, serverPart } from '../../model/setting.ts'
import { HOSTS_NOTE, playbook, pythonPattern, pythonReplacement, type Task } from '../code/ansible.ts'
import { type SocketAddress, socketAddressText } from '../exchange.ts'
import { type HaproxyConfig, writeSocketOf } from './config.ts'
import { parseConfigFile } from './configFile.ts'
import { dataplaneCommands } from './dataplane/admin.ts'
import type { DataplaneConfig } from './dataplane/config.ts'
import { fileLimitOf, frontendPart, withFrontendLimit } from './frontends.ts'
import { onlyLine } from './onlyLine.ts'
import { withDisabled, withMaxconn, withWeight } from './serverLine.ts'

const USUAL_FILE = '/etc/haproxy/haproxy.cfg'
/** Every keyword that begins a section: what stands behind it is no longer in the backend. */
const SECTION_WORDS =
  '(?:backend|listen|frontend|defaults|global|userlist|peers|resolvers|mailers|cache|program|http-errors|ring|log-forward|fcgi-app)\\b'
const NEXT_SECTION = `(?:^${SECTION_WORDS}|\\Z)`

/** Weights, limits and maintenance by a line of haproxy.cfg, and at run time by the admin socket, so that no reload is needed. */
export const haproxyCode: CodeWriter<HaproxyConfig> = {
  kind: 'haproxy',
  snippets(config, edits) {
    if (config.dataplane) return [byApi(config.dataplane, edits)]
    const socket = writeSocketOf(config)
    const file = config.config ?? USUAL_FILE
    const drains = edits.some(({ value }) => value === 'drain')
    const notes = drains ? ['The file has no keyword for a drain: it holds until HAProxy reloads.'] : []
    return [ansible(file, socket, edits, notes), ...(socket ? [atRunTime(socket, edits)] : [])]
  },
  file: {
    read: (text, names, file) => Object.fromEntries(names.flatMap((name) => valueIn(text, name, file) ?? [])),
    write: (text, edits, file) => edits.reduce((sum, edit) => written(sum, edit, file), text),
  } satisfies FileEditor,
}

function partOf(name: string): ServerPart | LimitPart {
  const part = limitPart(name) ?? serverPart(name)
  if (!part)
    throw new EvenkeelError(
      'not_found',
      `${JSON.stringify(name.slice(0, 80))} is no setting: POOL/SERVER/weight, POOL/SERVER/state, POOL/SERVER/maxconn or frontend-maxconn/FRONTEND`,
    )
  return part
}

const command = ({ name, value }: Edit) => {
  const frontend = frontendPart(name)
  if (frontend !== null) return `set maxconn frontend ${frontend} ${value}`
  const { pool, server, what } = partOf(name)
  return what === 'maxconn' ? `set maxconn server ${pool}/${server} ${value}` : `set server ${pool}/${server} ${what} ${value}`
}

const socat = (socket: SocketAddress) => [
  'socat',
  'stdio',
  `${'path' in socket ? 'unix-connect' : 'tcp-connect'}:${socketAddressText(socket)}`,
]

function ansible(file: string, socket: SocketAddress | null, edits: readonly Edit[], notes: string[]): Snippet {
  const inFile = edits.filter(({ value }) => value !== 'drain').flatMap((edit) => fileTasks(file, edit, socket === null))
  const running: Task[] = socket
    ? edits.map((edit) => ({
        name: 'Set it in the running HAProxy',
        'ansible.builtin.command': { argv: socat(socket), stdin: command(edit) },
        register: 'answer',
        failed_when: "answer.rc != 0 or answer.stdout | trim != ''",
      }))
    : []
  const reload: Task = { name: 'Reload HAProxy', 'ansible.builtin.service': { name: 'haproxy', state: 'reloaded' } }
  return {
    form: 'ansible',
    title: socket ? 'Ansible: the file and the running HAProxy' : 'Ansible: the file and a reload',
    language: 'yaml',
    text: playbook('haproxy', [...inFile, ...running], socket ? [] : [reload]),
    notes: [HOSTS_NOTE, ...(socket ? ['It sets the running HAProxy too: no reload is needed.'] : []), ...notes],
  }
}

/** A line that has the word gets its new value; one that has none gets the word. Each of the two leaves the other's result alone. */
function fileTasks(path: string, { name, value }: Edit, reloads: boolean): Task[] {
  const frontend = frontendPart(name)
  if (frontend !== null) return frontendTasks(path, frontend, value, reloads)
  const { pool, server, what } = partOf(name)
  const section = { after: `(?m)^(?:backend|listen)[ \\t]+${pythonPattern(pool)}(?:[ \\t#][^\\n]*)?\\n`, before: NEXT_SECTION }
  const line = `^([ \\t]*server[ \\t]+${pythonPattern(server)}[ \\t]`
  const replace = (words: string, regexp: string, by: string): Task => ({
    name: words,
    'ansible.builtin.replace': { path, ...section, regexp, replace: by, validate: 'haproxy -c -f %s' },
    ...(reloads && { notify: 'Reload HAProxy' }),
  })
  if (what !== 'state')
    return [
      replace(`Set the ${what} that the line has`, `${line}[^#\\n]*?\\b${what}[ \\t]+)\\d+`, `\\g<1>${pythonReplacement(value)}`),
      replace(
        `Give a ${what} to a line that has none`,
        `${line}(?:(?!\\b${what}\\b)[^#\\n])*[^#\\s])([ \\t]*(?:#[^\\n]*)?)$`,
        `\\g<1> ${what} ${pythonReplacement(value)}\\g<2>`,
      ),
    ]
  if (value === 'ready') return [replace('Take the server out of maintenance', `${line}[^#\\n]*?)[ \\t]+disabled\\b`, '\\g<1>')]
  return [
    replace(
      'Put the server into maintenance',
      `${line}(?:(?!\\bdisabled\\b)[^#\\n])*[^#\\s])([ \\t]*(?:#[^\\n]*)?)$`,
      '\\g<1> disabled\\g<2>',
    ),
  ]
}

/** Likewise, of a frontend: its `maxconn`, or one below its head. */
function frontendTasks(path: string, name: string, value: string, reloads: boolean): Task[] {
  const head = `^frontend[ \\t]+${pythonPattern(name)}(?:[ \\t#][^\\n]*)?\\n`
  const replace = (words: string, more: Record<string, string>): Task => ({
    name: words,
    'ansible.builtin.replace': { path, ...more, validate: 'haproxy -c -f %s' },
    ...(reloads && { notify: 'Reload HAProxy' }),
  })
  const none = `(${head})(?!(?:(?!${SECTION_WORDS})[^\\n]*\\n)*?[ \\t]*maxconn[ \\t])`
  return [
    replace('Set the maxconn that the frontend has', {
      after: `(?m)${head}`,
      before: NEXT_SECTION,
      regexp: '^([ \\t]*maxconn[ \\t]+)\\d+',
      replace: `\\g<1>${pythonReplacement(value)}`,
    }),
    replace('Give a maxconn to a frontend that has none', {
      regexp: none,
      replace: `\\g<1>  maxconn ${pythonReplacement(value)}\\n`,
    }),
  ]
}

const atRunTime = (socket: SocketAddress, edits: readonly Edit[]): Snippet => ({
  form: 'shell',
  title: 'Shell: the admin socket',
  language: 'shell',
  text: edits.map((edit) => `${shellLine(['printf', '%s\\n', command(edit)])} | ${shellLine(socat(socket))}`).join('\n'),
  notes: ['HAProxy answers nothing when it has taken a command. It holds until HAProxy reloads.'],
})

const byApi = (config: DataplaneConfig, edits: readonly Edit[]): Snippet => ({
  form: 'shell',
  title: `Shell: the Data Plane API${config.write === 'config' ? ', in haproxy.cfg' : ''}`,
  language: 'shell',
  text: dataplaneCommands(config, edits).join('\n'),
  notes: [
    `curl asks for the password of ${JSON.stringify(config.username)}.`,
    config.write === 'config'
      ? 'It ends with a reload; a version that somebody else has raised meanwhile is refused.'
      : 'It holds until HAProxy reloads.',
    ...(config.ca ? ['`ca.pem` is the file of `ca`.'] : []),
  ],
})

const lineOf = (text: string, { pool, server }: ServerPart | LimitPart, file: string) =>
  onlyLine(parseConfigFile(text, file), pool, server, file)

function valueIn(text: string, name: string, file: string): [[string, string]] | null {
  const frontend = frontendPart(name)
  if (frontend !== null) {
    const limit = fileLimitOf(text, frontend, file)
    return limit === null ? null : [[name, limit]]
  }
  const part = partOf(name)
  const line = lineOf(text, part, file)
  if (!line) return null
  if (part.what === 'state') return [[name, line.disabled ? 'maint' : 'ready']]
  if (part.what === 'maxconn') return [[name, String(line.maxconn ?? 0)]]
  return line.weight === undefined ? null : [[name, String(line.weight)]]
}

function written(text: string, { name, value }: Edit, file: string): string {
  const frontend = frontendPart(name)
  if (frontend !== null) return withFrontendLimit(text, frontend, value, file)
  const part = partOf(name)
  const line = lineOf(text, part, file)
  if (!line) throw new EvenkeelError('not_found', `${file} has no server ${part.server} in ${part.pool}`)
  if (value === 'drain')
    throw new EvenkeelError('invalid', `${file}: HAProxy's file has no keyword for a drain; set the weight 0, or the state maint`)
  const next =
    part.what === 'state'
      ? withDisabled(line.raw, value === 'maint')
      : { weight: withWeight, maxconn: withMaxconn }[part.what](line.raw, Number(value))
  const all = text.split('\n')
  const end = all[line.at.line - 1]!.endsWith('\r') ? '\r' : ''
  all[line.at.line - 1] = next + end
  return all.join('\n')
}
