import { shellLine } from '../../format/shell.ts'
import type { CodeWriter, Snippet } from '../../model/code.ts'
import { HOSTS_NOTE, playbook, type Task } from '../code/ansible.ts'
import { socketAddressText } from '../exchange.ts'
import { adminOf, type VarnishConfig } from './config.ts'
import { commandWords, partOf } from './settings.ts'

/** Parameters and states of backends by varnishadm, on the running server, and parameters as words of varnishd's command line for its next start. */
export const varnishCode: CodeWriter<VarnishConfig> = {
  kind: 'varnish',
  snippets(config, edits) {
    const commands = edits.map(({ name, value }) => commandWords(name, value))
    const params = commands.filter(([command]) => command === 'param.set')
    const notes = [
      ...(params.length > 0 ? ['Until varnishd restarts, unless its command line says the same.'] : []),
      ...(edits.some(({ name }) => partOf(name).is === 'backend') ? ['A state of a backend holds until another VCL is loaded.'] : []),
    ]
    const lines = commands.map((words) => ['varnishadm', ...accessOf(config), ...words])
    return [ansible(lines, notes), shell(lines, notes), ...(params.length > 0 ? [atStart(params)] : [])]
  },
}

/** How varnishadm gets in: the file of the secret is named, its content stands nowhere. */
function accessOf(config: VarnishConfig): string[] {
  const admin = adminOf(config)
  return [...(admin ? ['-T', socketAddressText(admin)] : []), ...(config.secret_file === undefined ? [] : ['-S', config.secret_file])]
}

const ansible = (lines: readonly string[][], notes: string[]): Snippet => ({
  form: 'ansible',
  title: 'Ansible: the running Varnish',
  language: 'yaml',
  text: playbook(
    'varnish',
    lines.map((argv): Task => ({ name: 'Set it in the running Varnish', 'ansible.builtin.command': { argv } })),
  ),
  notes: [HOSTS_NOTE, ...notes],
})

const shell = (lines: readonly string[][], notes: string[]): Snippet => ({
  form: 'shell',
  title: 'Shell: varnishadm',
  language: 'shell',
  text: lines.map((words) => shellLine(words)).join('\n'),
  notes,
})

const atStart = (params: readonly [string, string, string][]): Snippet => ({
  form: 'file',
  title: 'The command line of varnishd',
  language: 'text',
  text: params.map(([, name, value]) => `-p ${name}=${value}`).join(' '),
  notes: ["For its next start: add it to `ExecStart` of varnishd's service, in place of words of the same names."],
})
