import { shellLine, shellWord } from '../../format/shell.ts'
import type { CodeWriter, Snippet } from '../../model/code.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Edit } from '../../model/product.ts'
import { HOSTS_NOTE, playbook, type Task } from '../code/ansible.ts'
import { kubernetesHost } from '../code/kubernetesHost.ts'
import { socketAddressText } from '../exchange.ts'
import { type MemcachedConfig, memcachedSocket } from './config.ts'
import { MEGABYTE, MEMCACHED_SETTINGS } from './settings.ts'

const FILE = '/etc/memcached.conf'

/** Settings on the running server, and the options with which it starts next (Debian's memcached.conf: an option a line). */
export const memcachedCode: CodeWriter<MemcachedConfig> = {
  kind: 'memcached',
  snippets(config, edits) {
    const commands = edits.map(({ name, value }) => MEMCACHED_SETTINGS.find((one) => one.name === name)?.command(value))
    if (commands.includes(undefined)) return []
    const lines = edits.flatMap((edit) => optionOf(edit).line ?? [])
    const memory = edits.find(({ name }) => name === 'limit_maxbytes')
    const address = memcachedSocket(config)
    if ('host' in address && kubernetesHost(address.host)) return memory ? [helm(memory.value)] : []
    return [
      ansible(edits),
      ...(config.tls || config.username !== undefined ? [] : [running(config, commands as string[])]),
      ...(lines.length > 0 ? [fileLines(lines)] : []),
    ]
  },
  file: {
    read(text, names, file) {
      return Object.fromEntries(
        names.flatMap((name) => {
          if (name !== 'limit_maxbytes') return []
          const found = memoryOf(text)
          if (found.length > 1) throw new EvenkeelError('invalid', `${file} gives -m twice`)
          return found[0] ? [[name, String(Number(found[0].digits) * MEGABYTE)]] : []
        }),
      )
    },
    write: (text, edits, file) =>
      edits.reduce((sum, { name, value }) => {
        const [line] = name === 'limit_maxbytes' ? memoryOf(sum) : []
        if (!line) throw new EvenkeelError('not_found', `${file} does not give ${name}`)
        return sum.slice(0, line.from) + Number(value) / MEGABYTE + sum.slice(line.from + line.digits.length)
      }, text),
  },
}

/** The number behind `-m`, alone on its line or in `OPTIONS="-m 64"`, and where it stands. */
const memoryOf = (text: string): { digits: string; from: number }[] =>
  [...text.matchAll(/^(?![ \t]*#)((?:.*[\s"'=])?(?:-m|--memory-limit=?)[ \t]*)(\d+)\b/gm)].map((found) => ({ digits: found[2]!, from: found.index + found[1]!.length })) // biome-ignore format: one line

/** The option of the command line by which it starts so, and what finds its line; no line where it starts so without one. */
function optionOf({ name, value }: Edit): { line: string | null; finds: string } {
  const extended = (option: string, finds: string, off = false) => ({ line: off ? null : `-o ${option}`, finds: `-o\\s+${finds}` })
  if (name === 'limit_maxbytes') return { line: `-m ${Number(value) / MEGABYTE}`, finds: '-m' }
  if (name === 'config/slab_automove') return extended(`slab_automove=${value}`, 'slab_automove')
  if (name === 'config/lru_mode') return extended(value === 'flat' ? 'no_lru_maintainer' : 'lru_maintainer', '(?:no_)?lru_maintainer')
  if (name === 'config/temp_ttl') return extended(`temporary_ttl=${value}`, 'temporary_ttl', value === '-1')
  const [hot, warm, hotFactor, warmFactor] = value.split(' ')
  return extended(`hot_lru_pct=${hot},warm_lru_pct=${warm},hot_max_factor=${hotFactor},warm_max_factor=${warmFactor}`, 'hot_lru_pct')
}

const fileLines = (lines: readonly string[]): Snippet => ({
  form: 'file',
  title: 'memcached.conf',
  language: 'text',
  text: lines.join('\n'),
  notes: ['In place of the lines of the same options.'],
})

function ansible(edits: readonly Edit[]): Snippet {
  const tasks = edits.map((edit): Task => {
    const { line, finds } = optionOf(edit)
    return {
      name: 'Start it with this from now on',
      'ansible.builtin.lineinfile': { path: FILE, regexp: `^\\s*${finds}\\b`, ...(line === null ? { state: 'absent' } : { line }) },
    }
  })
  return {
    form: 'ansible',
    title: 'Ansible: memcached.conf',
    language: 'yaml',
    text: playbook('memcached', tasks),
    notes: [HOSTS_NOTE, 'No restart: it would empty the cache. Set the running server by the shell form.'],
  }
}

function running(config: MemcachedConfig, commands: readonly string[]): Snippet {
  const address = memcachedSocket(config)
  const where = `${'path' in address ? 'unix-connect' : 'tcp-connect'}:${socketAddressText(address)}`
  return {
    form: 'shell',
    title: 'Shell: the running server',
    language: 'shell',
    text: commands.map((command) => `${shellLine(['printf', '%s\\r\\n', command, 'quit'])} | socat stdio ${shellWord(where)}`).join('\n'),
    notes: ['It answers OK. It holds until memcached restarts.'],
  }
}

const helm = (bytes: string): Snippet => ({
  form: 'helm',
  title: 'Helm values: the chart bitnami/memcached',
  language: 'yaml',
  text: `extraEnvVars:\n  - name: MEMCACHED_CACHE_SIZE\n    value: "${Number(bytes) / MEGABYTE}"\n`,
  notes: ['In MiB. `helm upgrade` restarts the pods, with empty caches.'],
})
