import { Document } from 'yaml'
import { shellLine } from '../../format/shell.ts'
import type { CodeWriter, Snippet } from '../../model/code.ts'
import { EvenkeelError } from '../../model/error.ts'
import { HOSTS_NOTE, playbook, pythonPattern, type Task, Template } from '../code/ansible.ts'
import { kubernetesHost } from '../code/kubernetesHost.ts'
import { managedCache, providerOf } from '../code/managedCache.ts'
import { type Place, placeOf, type RedisConfig } from './config.ts'
import { REDIS_SETTING_NAMES } from './settings.ts'

const FILE = '/etc/redis/redis.conf'
const PREFIX = 'config/'
const NO_RESTART = 'No restart: it would empty the cache. The running server is set, and the file says the same for its next start.'

/** CONFIG parameters on the running server and in redis.conf. Keys and slots that are moved are no setting of any file. */
export const redisCode: CodeWriter<RedisConfig> = {
  kind: 'redis',
  snippets(config, edits) {
    if (edits.some(({ name }) => !parameterOf(name))) return []
    const { write } = config
    const url = write?.url ?? config.url
    const place = url === '' ? null : placeOf(url)
    const provider = place?.host === undefined ? null : providerOf(place.host)
    if (provider) return managedCache([provider], edits, provider === 'az' ? { azure: { name: place!.host!.split('.')[0]! } } : {})
    const own = edits.map(({ name, value }) => ({ name: parameterOf(name)!, value }))
    const inCluster = place?.host === undefined ? null : kubernetesHost(place.host)
    const access: Access | null = place && {
      ...(place.path === undefined ? { host: place.host, port: place.port } : { path: place.path }),
      username: write ? (write.username ?? place.username) : (place.username ?? config.username),
      tls: place.tls,
      secret: (place.password ?? write?.password ?? config.password) !== undefined,
    }
    if (inCluster) return [kubectl(inCluster, own), helm(own)]
    return [ansible(access, own), ...(access ? [shell(access, own)] : []), fileLines(own)]
  },
  file: {
    read(text, names, file) {
      const lines = linesOf(text)
      return Object.fromEntries(
        names.flatMap((name) => {
          const found = lines.filter((line) => line.name === parameterOf(name))
          if (found.length > 1) throw new EvenkeelError('invalid', `${file} sets ${parameterOf(name)} twice`)
          return found[0] ? [[name, toldAs(found[0])]] : []
        }),
      )
    },
    write: (text, edits, file) =>
      edits.reduce((sum, { name, value }) => {
        const line = linesOf(sum).find((one) => one.name === parameterOf(name))
        if (!line) throw new EvenkeelError('not_found', `${file} does not set ${name}`)
        return sum.slice(0, line.from) + value + sum.slice(line.to)
      }, text),
  },
}

type Parameter = { name: string; value: string }
/** How to get in, without the password. */
type Access = Pick<Place, 'host' | 'port' | 'path' | 'username' | 'tls'> & { secret: boolean }

/** The CONFIG parameter that a setting is; null of a setting that is long work. */
function parameterOf(name: string): string | null {
  const parameter = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
  return REDIS_SETTING_NAMES.includes(parameter) ? parameter : null
}

function ansible(access: Access | null, own: readonly Parameter[]): Snippet {
  const running = access ? own.map((one) => runningTask(access, one)) : []
  const inFile = own.map(
    ({ name, value }): Task => ({
      name: 'Keep it for the next start',
      'ansible.builtin.lineinfile': { path: FILE, regexp: `^\\s*${pythonPattern(name)}\\s`, line: `${name} ${value}` },
    }),
  )
  return {
    form: 'ansible',
    title: access ? 'Ansible: the running server and redis.conf' : 'Ansible: redis.conf',
    language: 'yaml',
    text: playbook('redis', [...running, ...inFile]),
    notes: [
      HOSTS_NOTE,
      access ? NO_RESTART : 'The servers of the group are found at run time: each takes it at its next start.',
      ...(access?.secret ? ['`redis_password` is a variable of yours: no password is written here.'] : []),
    ],
  }
}

/** The module speaks TCP alone. */
function runningTask(access: Access, { name, value }: Parameter): Task {
  const words = 'Set it on the running server'
  if (access.path !== undefined)
    return { name: words, 'ansible.builtin.command': { argv: ['redis-cli', '-s', access.path, 'CONFIG', 'SET', name, value] } }
  return {
    name: words,
    'community.general.redis': {
      command: 'config',
      login_host: access.host,
      login_port: access.port,
      ...(access.username !== undefined && { login_user: access.username }),
      ...(access.secret && { login_password: new Template('{{ redis_password }}') }),
      ...(access.tls && { tls: true }),
      name,
      value,
    },
  }
}

function shell(access: Access, own: readonly Parameter[]): Snippet {
  const where = access.path !== undefined ? ['-s', access.path] : ['-h', access.host ?? '', '-p', String(access.port)]
  const login = [...(access.tls ? ['--tls'] : []), ...(access.username !== undefined ? ['--user', access.username] : [])]
  return {
    form: 'shell',
    title: 'Shell: redis-cli',
    language: 'shell',
    text: own.map(({ name, value }) => shellLine(['redis-cli', ...where, ...login, 'CONFIG', 'SET', name, value])).join('\n'),
    notes: [
      'Until Redis restarts, unless redis.conf says the same.',
      ...(access.secret ? ['The password is taken from the variable REDISCLI_AUTH.'] : []),
    ],
  }
}

const fileLines = (own: readonly Parameter[]): Snippet => ({
  form: 'file',
  title: 'redis.conf',
  language: 'text',
  text: own.map(({ name, value }) => `${name} ${value}`).join('\n'),
  notes: ['In place of the lines of the same names.'],
})

function kubectl({ namespace, service, pod }: { namespace: string; service: string; pod?: string }, own: readonly Parameter[]): Snippet {
  return {
    form: 'kubectl',
    title: 'kubectl: the running server',
    language: 'shell',
    text: own
      .map(({ name, value }) =>
        shellLine(['kubectl', '-n', namespace, 'exec', pod ?? `service/${service}`, '--', 'redis-cli', 'CONFIG', 'SET', name, value]),
      )
      .join('\n'),
    notes: ['Until the pod restarts. Of a Service with several pods one takes it: name each pod.'],
  }
}

function helm(own: readonly Parameter[]): Snippet {
  const lines = own.map(({ name, value }) => `${name} ${value}\n`).join('')
  return {
    form: 'helm',
    title: 'Helm values: the chart bitnami/redis',
    language: 'yaml',
    text: new Document({ commonConfiguration: lines }).toString({ lineWidth: 0, blockQuote: 'literal' }),
    notes: ['Add the lines to what `commonConfiguration` holds already; `helm upgrade` restarts the pods.'],
  }
}

type Line = { name: string; from: number; to: number; text: string }

/** Each directive of redis.conf with where its value stands, quotes included (config.c: a `#` begins a comment at the start of a line alone). */
function linesOf(text: string): Line[] {
  return [...text.matchAll(/^[ \t]*([A-Za-z-]+)[ \t]+(\S[^\r\n]*)/gm)].map((found) => {
    const from = found.index + found[0].indexOf(found[2]!, found[0].indexOf(found[1]!) + found[1]!.length)
    const value = found[2]!.trimEnd()
    return { name: found[1]!.toLowerCase(), from, to: from + value.length, text: value.replace(/^(["'])(.*)\1$/, '$2') }
  })
}

const UNITS: Record<string, number> = { '': 1, b: 1, k: 1_000, kb: 1_024, m: 1_000_000, mb: 1_048_576, g: 1_000_000_000, gb: 1_073_741_824 }

/** As CONFIG GET tells it: memory in bytes (`memtoull` of util.c). */
function toldAs({ name, text }: Line): string {
  const [, digits, unit] = (name === 'maxmemory' && /^(\d+)([a-z]*)$/i.exec(text)) || []
  const factor = unit === undefined ? undefined : UNITS[unit.toLowerCase()]
  return digits === undefined || factor === undefined ? text : String(Number(digits) * factor)
}
