import { utcParts } from './civil.ts'
import type { Zone } from './zone.ts'

/** `11/21/26 20:00:56`: the columns of klist (C locale, %x %X). */
export function klistTime(seconds: number, zone: Zone): string {
  const t = zone.parts(seconds)
  return `${two(t.month)}/${two(t.day)}/${two(t.year % 100)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}`
}

/** `Sat Nov 21 20:00:43 UTC 2026`: dates in kadmin's output. Never 0: the caller prints `[never]`. */
export function getprincTime(seconds: number, zone: Zone): string {
  const t = zone.parts(seconds)
  return `${DAYS[t.weekday]} ${MONTHS[t.month - 1]} ${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)} ${t.abbreviation} ${t.year}`
}

/** `Sun Nov  1 21:23:56 2026`: ctime(3) without its line end. */
export function ctimeText(seconds: number, zone: Zone): string {
  const t = zone.parts(seconds)
  const day = String(t.day).padStart(2)
  return `${DAYS[t.weekday]} ${MONTHS[t.month - 1]} ${day} ${two(t.hour)}:${two(t.minute)}:${two(t.second)} ${t.year}`
}

/** `Nov 21 21:19:14`: the beginning of a log line. */
export function logTime(seconds: number, zone: Zone): string {
  const t = zone.parts(seconds)
  return `${MONTHS[t.month - 1]} ${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}`
}

/** `1 day 00:00:00`, `0 days 10:00:00`, `-2 days 01:00:00`: ticket lives in kadmin's output. */
export function durationText(duration: number): string {
  const seconds = Math.abs(duration)
  const days = Math.floor(seconds / 86400)
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
  return `${duration < 0 ? '-' : ''}${days} ${days === 1 ? 'day' : 'days'} ${clock}`
}

/** `2026-11-21T20:00:43Z`: times in JSON. */
export function isoTime(seconds: number): string {
  const t = utcParts(seconds)
  return `${String(t.year).padStart(4, '0')}-${two(t.month)}-${two(t.day)}T${two(t.hour)}:${two(t.minute)}:${two(t.second)}Z`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
