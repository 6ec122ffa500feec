import { EvenkeelError } from '@/lib/model/error.ts'

/** What a page asked for by id, or null when there is none: the page then says so in its own words. */
export function known<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof EvenkeelError && error.code === 'not_found') return null
    throw error
  }
}

/** The same of what takes its time. */
export async function knownLater<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    return known(() => {
      throw error
    })
  }
}

/** A name from a page's address; bytes that are no text stay as they are and then name nothing. */
export function named(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
