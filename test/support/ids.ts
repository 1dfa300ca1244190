import { v7 } from 'uuid';
import type { NewId } from '../../src/domain/ports.ts';

/** Real UUIDv7s: marks are cut from them and must differ. */
export const newId: NewId = () => v7();
