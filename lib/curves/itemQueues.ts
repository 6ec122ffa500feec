/** Doubly linked queues of small numbers, each in one queue at most: newest first, oldest at the tail. */
export class ItemQueues {
  /** How many are in each queue. */
  readonly sizes: Int32Array
  readonly #head: Int32Array
  readonly #tail: Int32Array
  readonly #queue: Int16Array
  readonly #newer: Int32Array
  readonly #older: Int32Array

  constructor(keys: number, queues: number) {
    this.sizes = new Int32Array(queues)
    this.#head = new Int32Array(queues).fill(-1)
    this.#tail = new Int32Array(queues).fill(-1)
    this.#queue = new Int16Array(keys).fill(-1)
    this.#newer = new Int32Array(keys)
    this.#older = new Int32Array(keys)
  }

  /** The queue of a key; −1: none. */
  of(key: number): number {
    return this.#queue[key]!
  }

  /** The oldest key of a queue; −1: it is empty. */
  tail(queue: number): number {
    return this.#tail[queue]!
  }

  /** Puts a key, which is in no queue, at the head. */
  push(key: number, queue: number): void {
    const head = this.#head[queue]!
    this.#queue[key] = queue
    this.#older[key] = head
    this.#newer[key] = -1
    if (head >= 0) this.#newer[head] = key
    else this.#tail[queue] = key
    this.#head[queue] = key
    this.sizes[queue]!++
  }

  /** Takes a key out of its queue. */
  pull(key: number): void {
    const queue = this.#queue[key]!
    const newer = this.#newer[key]!
    const older = this.#older[key]!
    if (newer >= 0) this.#older[newer] = older
    else this.#head[queue] = older
    if (older >= 0) this.#newer[older] = newer
    else this.#tail[queue] = newer
    this.#queue[key] = -1
    this.sizes[queue]!--
  }

  move(key: number, queue: number): void {
    this.pull(key)
    this.push(key, queue)
  }
}
