import type { Page } from '@playwright/test'
import { twMerge } from 'tailwind-merge'

/** The elements whose Tailwind classes disagree, each with those that count: without a `!`, the order of the style sheet decides which one wins. */
export async function disagreeing(page: Page): Promise<string[]> {
  const looks = await page.locator('[class]').evaluateAll((all) => all.map((one) => [...one.classList].join(' ')))
  return [...new Set(looks)].filter((look) => twMerge(look) !== look).map((look) => `${look} => ${twMerge(look)}`)
}
