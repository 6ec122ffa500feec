import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keepalivedPage } from './keepalivedPage.ts'

const ADDRESS = '10.9.0.100'

/**
 * Two real keepalived in network namespaces of their own, joined by a cable. Each tells its state on the page that keepalived_exporter makes of
 * what keepalived writes at a signal; Debian has not the exporter itself. Needs root.
 */
export async function startKeepalivedPair() {
  const dir = mkdtempSync(join(tmpdir(), 'evenkeel-vrrp-'))
  const script = `set -e
mount -t tmpfs none /run
mkdir /run/netns
ip netns add A; ip netns add B
ip link add a0 type veth peer name b0
n=1
for one in A:a0:100 B:b0:90; do IFS=: read ns dev priority <<< $one
  ip link set $dev netns $ns; ip netns exec $ns ip addr add 10.9.0.$n/24 dev $dev; ip netns exec $ns ip link set $dev up; ip netns exec $ns ip link set lo up
  echo "vrrp_instance VI_1 { state BACKUP
 interface $dev
 virtual_router_id 51
 priority $priority
 advert_int 1
 virtual_ipaddress { ${ADDRESS}/24 } }" > ${dir}/$ns.conf
  ip netns exec $ns unshare -m bash -c "mount -t tmpfs none /tmp; exec keepalived -n -P -l -f /proc/$PPID/root${dir}/$ns.conf -p /run/$ns.pid -r /run/$ns-vrrp.pid" 2>&1 &
  echo "$ns $!"; n=$((n+1))
done
cat > /dev/null
kill $(jobs -p); wait`
  const child: ChildProcess = spawn('unshare', ['-n', '-m', 'bash', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  let said = ''
  child.stdout!.on('data', (chunk) => {
    said += String(chunk)
  })
  for (let i = 0; i < 100 && !/^B \d+$/m.test(said); i++) await sleep(100)
  const pidOf = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(said)?.[1] ?? Number.NaN)
  const page = async (name: string) => {
    const pid = pidOf(name)
    // SIGUSR1 has it write what it knows, SIGUSR2 what it has counted (`keepalived --signum=DATA`, `--signum=STATS`).
    process.kill(pid, 'SIGUSR2')
    process.kill(pid, 'SIGUSR1')
    // The files are written by the process that holds the addresses, a child of the one that is asked.
    await sleep(300)
    const [data, stats] = ['data', 'stats'].map((file) => readFileSync(`/proc/${pid}/root/tmp/keepalived.${file}`, 'utf8')) as [
      string,
      string,
    ]
    return keepalivedPage(data, stats)
  }
  const servers = await Promise.all(
    ['A', 'B'].map(async (name) => {
      const server = createServer((_request, response) => {
        page(name).then(
          (text) => response.end(text),
          () => response.writeHead(500).end(),
        )
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  return {
    urls: servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`) as [string, string],
    /** The second one gets this password, and reads its file again. */
    password(word: string | null) {
      const conf = join(dir, 'B.conf')
      const plain = readFileSync(conf, 'utf8').replace(/ authentication \{[^}]*\}\n/, '')
      const block = ` authentication {\n  auth_type PASS\n  auth_pass ${word}\n }\n`
      writeFileSync(conf, word === null ? plain : plain.replace(/ priority/, `${block} priority`))
      process.kill(pidOf('B'), 'SIGHUP')
    },
    log: () => said,
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.close()
      child.stdin!.end()
      await Promise.race([new Promise((resolve) => child.once('close', resolve)), sleep(5_000)])
      child.kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
