/**
 * The pages of the demo's fleet, as a person opens them. Sheets have ids of their own and are opened by the tests that make them; so is the
 * memory and TTL lab, whose question of a cache is refused while there are few references.
 */
export const PATHS = [
  '/',
  '/incidents',
  '/findings',
  '/caches',
  '/pools',
  '/pools/edge/app',
  '/rings',
  '/rings/products',
  '/lab',
  '/keys',
  '/keys?tab=patterns',
  '/keys?tab=slow',
  '/keys?tab=compare',
  '/changes',
  '/calibration',
  '/autopilot',
  '/review',
  '/runs',
  '/explore',
  '/alerts',
  '/targets',
  '/targets/cache-a',
  '/targets/edge',
  '/drills',
  '/audit',
  '/settings',
  '/rules/cache/hit-ratio-drop',
]
