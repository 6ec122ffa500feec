import { createServer } from 'node:net'

/**
 * A stand-in for the runtime socket of HAProxy 2.6 with many servers. It is a process of its own, so that generating the rows does not count as cost of the reader.
 * `node test/fakeHaproxy.ts '{"socket": "/tmp/x.sock", "pools": 500, "servers": 10}'`; prints `ready`.
 */
export type Crowd = {
  pools: number
  /** In each pool. */
  servers: number
  /** How many servers get a new name each second. */
  newNames?: number
  /** Every server is down: each is a finding. */
  down?: boolean
}

const HEADER =
  '# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,qtime,ctime,rtime,ttime,agent_status,agent_code,agent_duration,check_desc,agent_desc,check_rise,check_fall,check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode,algo,conn_rate,conn_rate_max,conn_tot,intercepted,dcon,dses,wrew,connect,reuse,cache_lookups,cache_hits,srv_icur,src_ilim,qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,used_conn_cur,need_conn_est,uweight,agg_server_status,agg_server_check_status,agg_check_status,-,ssl_sess,ssl_reused_sess,ssl_failed_handshake'
const COLUMNS = HEADER.slice(2).split(',')

/** One row: what is named, empty elsewhere. */
const row = (values: Record<string, string | number>) => COLUMNS.map((name) => values[name] ?? '').join(',')

function play({ pools, servers, newNames = 0, down = false }: Crowd) {
  const startedAt = Date.now()
  const addressOf = (pool: number, server: number) => `10.${pool % 250}.${Math.floor(server / 250)}.${server % 250}:8080`
  const nameOf = (pool: number, server: number, born: number) => `srv-${pool}-${server}${born > 0 ? `-${born}` : ''}`

  function stat(): string {
    const seconds = (Date.now() - startedAt) / 1000
    // The oldest give way: of all servers the first `newNames` × seconds have been renamed.
    const renamed = Math.floor(seconds) * newNames
    const lines = [HEADER]
    let n = 0
    for (let pool = 0; pool < pools; pool++) {
      const of = `pool-${pool}`
      let sum = 0
      for (let server = 0; server < servers; server++, n++) {
        const born = renamed > n ? 1 + Math.floor((renamed - n - 1) / (pools * servers)) : 0
        const requests = Math.round(1_000 + seconds * (20 + (n % 10)))
        sum += requests
        lines.push(
          row({
            pxname: of,
            svname: nameOf(pool, server, born),
            qcur: 0,
            qmax: 0,
            scur: n % 7,
            smax: 20,
            slim: 200,
            stot: requests,
            bin: requests * 220,
            bout: requests * 4_400,
            dresp: 0,
            econ: 0,
            eresp: 0,
            wretr: 0,
            wredis: 0,
            status: down ? 'DOWN' : 'UP',
            weight: 100,
            act: 1,
            bck: 0,
            chkfail: 0,
            chkdown: 0,
            lastchg: 1_000,
            downtime: 0,
            pid: 1,
            iid: pool + 2,
            sid: server + 1,
            lbtot: requests,
            type: 2,
            rate: 25,
            rate_max: 60,
            check_status: 'L7OK',
            check_code: 200,
            check_duration: 1,
            hrsp_1xx: 0,
            hrsp_2xx: requests,
            hrsp_3xx: 0,
            hrsp_4xx: 0,
            hrsp_5xx: 0,
            hrsp_other: 0,
            cli_abrt: 0,
            srv_abrt: 0,
            lastsess: 0,
            qtime: 0,
            ctime: 1,
            rtime: 10 + (n % 5),
            ttime: 14 + (n % 5),
            check_desc: 'Layer7 check passed',
            check_rise: 2,
            check_fall: 3,
            check_health: 4,
            addr: addressOf(pool, server),
            mode: 'http',
            connect: requests,
            reuse: 0,
            eint: 0,
            uweight: 100,
          }),
        )
      }
      lines.push(
        row({
          pxname: of,
          svname: 'BACKEND',
          qcur: 0,
          qmax: 0,
          scur: 3,
          smax: 20,
          slim: 200,
          stot: sum,
          bin: 0,
          bout: 0,
          econ: 0,
          eresp: 0,
          wretr: 0,
          wredis: 0,
          status: 'UP',
          weight: 100,
          act: servers,
          bck: 0,
          iid: pool + 2,
          sid: 0,
          lbtot: sum,
          type: 1,
          hrsp_2xx: sum,
          hrsp_5xx: 0,
          qtime: 0,
          ctime: 1,
          rtime: 12,
          ttime: 16,
          mode: 'http',
          algo: 'roundrobin',
          uweight: 100,
        }),
      )
    }
    return `${lines.join('\n')}\n\n`
  }

  function state(): string {
    const lines = [
      '1',
      '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port',
    ]
    for (let pool = 0; pool < pools; pool++)
      for (let server = 0; server < servers; server++)
        lines.push(
          `${pool + 2} pool-${pool} ${server + 1} ${nameOf(pool, server, 0)} ${addressOf(pool, server).split(':')[0]} 2 0 100 100 82 1 0 2 0 0 0 0 - 8080 - 0 0 - - 0`,
        )
    return `${lines.join('\n')}\n\n`
  }

  return (command: string): string => {
    // Frontends alone: there are none.
    if (command === 'show stat -1 1 -1') return `${HEADER}\n\n`
    if (command.startsWith('show stat')) return stat()
    if (command.startsWith('show servers state')) return state()
    if (command.startsWith('show info'))
      return `Name: HAProxy\nVersion: 2.6.12-1\nPid: ${process.pid}\nUptime_sec: ${Math.floor((Date.now() - startedAt) / 1000)}\nMaxconn: 4000\nCurrConns: 10\n\n`
    if (command.startsWith('show cli level')) return 'admin\n\n'
    return 'Unknown command\n'
  }
}

if (import.meta.main) {
  const { socket: path, ...crowd } = JSON.parse(process.argv[2]!) as Crowd & { socket: string }
  const answer = play(crowd)
  createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (chunk) => socket.end(answer(chunk.toString('utf8'))))
  }).listen(path, () => console.log('ready'))
  process.stdin.on('end', () => process.exit(0)).resume()
}
