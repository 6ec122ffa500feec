import type { AppEvent, Bus } from '../model/events.ts'

/** In-process publish and subscribe: listeners are called in order, synchronously. */
export function createBus(onError: (error: unknown) => void): Bus {
  const listeners = new Set<(event: AppEvent) => void>()
  return {
    emit(event) {
      for (const listener of listeners)
        try {
          listener(event)
        } catch (error) {
          onError(error)
        }
    },
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
