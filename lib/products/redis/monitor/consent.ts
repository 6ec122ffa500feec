import type { RedisConfig } from '../config.ts'

/** Why MONITOR may not be run, or null: an admin allows it, or the configuration does. */
export function consentMissing({ monitor, role }: Pick<RedisConfig, 'monitor' | 'role'>): string | null {
  if (monitor === 'never')
    return role === 'store' ? 'a store is not listened to: "monitor: never"' : 'the configuration says "monitor: never"'
  return monitor === 'ask' ? 'an admin has not allowed it yet (Keys page, or "monitor: bursts" in the configuration)' : null
}
