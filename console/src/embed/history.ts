import { createPath, NavigationType, parsePath, type Navigator, type To } from 'react-router';
import { serverAddress } from '@/api/server';
import type { NavigateDetail, Place } from '../../embed/prodgate';
import { placeOf } from './place';

interface Around {
  /** Tell the host of a step; whether the element makes it by itself. */
  step: (step: NavigateDetail) => boolean;
  /** The host's address of a place. */
  link: (place: Place) => string | undefined;
  /** What an element does with a place that it can't show. */
  leave: (address: string) => void;
}

const asPath = (to: To): string => (typeof to === 'string' ? to : createPath(to));

/** Where an element is, in the router's terms. The address bar is the host's, so nothing is written there. */
export class ElementHistory implements Navigator {
  private entries = [''];
  private at = 0;
  /** How the present place was come to; Back and attributes put nobody's focus anywhere. */
  type = NavigationType.Pop;
  private readonly listeners = new Set<() => void>();
  private readonly around: Around;

  constructor(around: Around) {
    this.around = around;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly read = (): string => this.entries[this.at] ?? '';

  get location(): { pathname: string; search: string } {
    const { pathname = '', search = '' } = parsePath(this.read());
    return { pathname, search };
  }

  /** Be there, as the attributes say. */
  show(path: string): void {
    if (path === this.read()) return;
    this.entries = [path];
    this.at = 0;
    this.moved(NavigationType.Pop);
  }

  // Bound, since the router takes them off their object.
  readonly createHref = (to: To): string => {
    const path = asPath(to);
    const place = placeOf(path);
    return (place && this.around.link(place)) ?? serverAddress(path);
  };
  readonly push = (to: To): void => this.step(asPath(to), false);
  readonly replace = (to: To): void => this.step(asPath(to), true);
  readonly go = (steps: number): void => {
    const at = this.at + steps;
    if (!(at in this.entries)) return;
    this.at = at;
    this.moved(NavigationType.Pop);
  };

  private step(path: string, replace: boolean): void {
    const place = placeOf(path);
    if (!place) {
      this.around.leave(this.createHref(path));
      return;
    }
    if (!this.around.step({ ...place, replace })) return;
    if (!replace) this.at += 1;
    this.entries = [...this.entries.slice(0, this.at), path];
    this.moved(replace ? NavigationType.Replace : NavigationType.Push);
  }

  private moved(type: NavigationType): void {
    this.type = type;
    this.listeners.forEach((listener) => listener());
  }
}
