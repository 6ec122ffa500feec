import type { Pool } from '../lib/model/topology.ts'
import { poolOf, Tape } from './normal.ts'
import { randomOf } from './random.ts'
import { FROM } from './series.ts'

/** A server with a number of workers, each with one request at a time, in order of arrival. */
export type Station = {
  workers: number
  /** Mean time of work a request takes, in seconds. */
  seconds: number
}

export type QueuesOptions = {
  seed: number
  stations: Station[]
  weights: number[]
  /** Requests a second. */
  perSecond: number
  /** How the time of work varies: `fixed` (all alike) or `exponential` (as skewed as a web application's). */
  work?: 'fixed' | 'exponential'
  /** Clients in all: with so many requests under way the next one waits. Bounds the queues of a server that is given too much. */
  clients?: number
  /** How requests come: `random` (Poisson) or `even`, as a bench's client sends them. */
  arrivals?: 'random' | 'even'
  balances?: 'weight' | 'load' | 'random'
  /** Of the requests: how many fail, and how many are tried again. */
  errorRatio?: number
  retryRatio?: number
  /** Changes a request's time of work: what happens at `t` seconds on the server of that index. */
  fault?: (t: number, server: number, seconds: number) => number
}

const SAMPLES = 512

/**
 * A pool of queues behind a HAProxy, in simulated time: requests come at random (Poisson), are shared out by weight, wait for a free worker
 * and are worked on. Each second what HAProxy would show is put on the tape: requests as they are handed out, means smoothed over 512
 * answers and rounded to milliseconds.
 */
export class Queues {
  readonly tape = new Tape()
  readonly pool: Pool
  /** Seconds since FROM. */
  now = 0
  /** Answers so far: when, by which server, how long in seconds. */
  readonly answers: { at: number; server: number; seconds: number }[] = []
  readonly #options: QueuesOptions
  readonly #random: () => number
  readonly #free: number[][]
  readonly #under: { end: number; seconds: number }[][]
  readonly #counts: { requests: number; answered: number; errors: number; retries: number; mean: number }[]
  readonly #row = { requests: 0, answered: 0, errors: 0, retries: 0, mean: 0 }
  #credit: number[]
  #next = 0
  #turn = 0
  weights: number[]

  constructor(options: QueuesOptions) {
    this.#options = options
    this.#random = randomOf(options.seed)
    this.weights = [...options.weights]
    const algorithm = { weight: 'roundrobin', load: 'leastconn', random: 'random(1)' }[options.balances ?? 'weight']
    this.pool = poolOf('edge', 'app', options.weights, { algorithm, balances: options.balances === 'load' ? 'load' : 'weight' })
    this.#free = options.stations.map(({ workers }) => new Array<number>(workers).fill(0))
    this.#under = options.stations.map(() => [])
    this.#counts = options.stations.map(() => ({ requests: 0, answered: 0, errors: 0, retries: 0, mean: 0 }))
    this.#credit = options.weights.map(() => 0)
    this.#put()
  }

  /** Advances the simulated time by so many seconds. */
  run(seconds: number) {
    for (let i = 0; i < seconds; i++) this.#second()
  }

  /** The pool as it stands, as Evenkeel would read it. */
  poolNow(): Pool {
    return {
      ...this.pool,
      servers: this.pool.servers.map((server, i) => ({ ...server, weightSet: this.weights[i]!, weightEffective: this.weights[i]! })),
    }
  }

  /** Capacity of all servers together, in requests a second. */
  get capacity() {
    return this.#options.stations.reduce((sum, { workers, seconds }) => sum + workers / seconds, 0)
  }

  /** Times of the answers in the last `seconds`, of each server. */
  recent(seconds: number): number[][] {
    const lists: number[][] = this.weights.map(() => [])
    for (let i = this.answers.length - 1; i >= 0 && this.answers[i]!.at > this.now - seconds; i--)
      lists[this.answers[i]!.server]!.push(this.answers[i]!.seconds)
    return lists
  }

  #second() {
    const {
      perSecond,
      stations,
      work = 'exponential',
      arrivals = 'random',
      clients = Number.POSITIVE_INFINITY,
      errorRatio = 0,
      retryRatio = 0,
      fault,
    } = this.#options
    const until = this.now + 1
    const pause = () => (arrivals === 'even' ? 1 : -Math.log(this.#random())) / perSecond
    for (; this.#next < until; this.#next += pause()) {
      const at = this.#next
      if (this.#under.reduce((sum, { length }) => sum + length, 0) >= clients) {
        this.#finish(at)
        if (this.#under.reduce((sum, { length }) => sum + length, 0) >= clients) continue
      } else if (this.#options.balances === 'load') this.#finish(at)
      const server = this.#choose()
      const free = this.#free[server]!
      const mean = fault ? fault(at, server, stations[server]!.seconds) : stations[server]!.seconds
      const seconds = work === 'fixed' ? mean : -Math.log(this.#random()) * mean
      const worker = free.indexOf(Math.min(...free))
      const end = Math.max(at, free[worker]!) + seconds
      free[worker] = end
      this.#under[server]!.push({ end, seconds: end - at })
      const failed = this.#random() < errorRatio
      const again = this.#random() < retryRatio
      for (const count of [this.#counts[server]!, this.#row]) {
        count.requests++
        if (failed) count.errors++
        if (again) count.retries++
      }
    }
    this.#finish(until)
    this.now = until
    this.#put()
  }

  /** Completes every request that ends by then. */
  #finish(by: number) {
    const done: { at: number; server: number; seconds: number }[] = []
    for (const [server, list] of this.#under.entries()) {
      if (!list.some(({ end }) => end <= by)) continue
      for (const { end, seconds } of list) if (end <= by) done.push({ at: end, server, seconds })
      this.#under[server] = list.filter(({ end }) => end > by)
    }
    for (const answer of done.sort((a, b) => a.at - b.at)) {
      this.answers.push(answer)
      for (const count of [this.#counts[answer.server]!, this.#row]) {
        count.answered++
        count.mean += (answer.seconds - count.mean) / Math.min(SAMPLES, count.answered)
      }
    }
  }

  #choose(): number {
    const total = this.weights.reduce((sum, weight) => sum + weight, 0)
    if (this.#options.balances === 'random') {
      const drawn = this.#random() * total
      let sum = 0
      return this.weights.findIndex((weight) => {
        sum += weight
        return sum > drawn
      })
    }
    if (this.#options.balances === 'load') {
      const loads = this.weights.map((weight, i) => (weight > 0 ? (this.#under[i]!.length + 1) / weight : Number.POSITIVE_INFINITY))
      // Among those with as few under way the turn goes round.
      const least = Math.min(...loads)
      for (let k = 1; k <= loads.length; k++) {
        const server = (this.#turn + k) % loads.length
        if (loads[server] !== least) continue
        this.#turn = server
        return server
      }
    }
    this.#credit = this.#credit.map((credit, i) => credit + this.weights[i]!)
    const server = this.#credit.indexOf(Math.max(...this.#credit))
    this.#credit[server]! -= total
    return server
  }

  #put() {
    const at = FROM + Math.round(this.now * 1000)
    const ms = (seconds: number) => Math.round(seconds * 1000) / 1000
    for (const [i, { requests, errors, retries, mean }] of this.#counts.entries()) {
      const labels = { target: 'edge', pool: 'app', server: this.pool.servers[i]!.name }
      this.tape.put(at, 'pool_requests_total', labels, requests)
      this.tape.put(at, 'pool_errors_total', labels, errors)
      this.tape.put(at, 'pool_retries_total', labels, retries)
      this.tape.put(at, 'pool_response_seconds', labels, ms(mean))
      this.tape.put(at, 'pool_response_smoothing', labels, SAMPLES)
      const { workers } = this.#options.stations[i]!
      const under = this.#under[i]!.length
      this.tape.put(at, 'pool_sessions', labels, under)
      // As if each worker were a slot of the balancer's: what finds none waits in its queue.
      this.tape.put(at, 'pool_sessions_max', labels, workers)
      this.tape.put(at, 'pool_queue', labels, Math.max(0, under - workers))
      this.tape.put(at, 'pool_up', labels, 1)
      this.tape.put(at, 'pool_weight_set', labels, this.weights[i]!)
      this.tape.put(at, 'pool_weight_effective', labels, this.weights[i]!)
    }
    const labels = { target: 'edge', pool: 'app' }
    this.tape.put(at, 'pool_requests_total', labels, this.#row.requests)
    this.tape.put(at, 'pool_errors_total', labels, this.#row.errors)
    this.tape.put(at, 'pool_response_seconds', labels, ms(this.#row.mean))
    this.tape.put(
      at,
      'pool_sessions',
      labels,
      this.#under.reduce((sum, { length }) => sum + length, 0),
    )
    this.tape.put(at, 'pool_response_smoothing', labels, SAMPLES)
  }
}
