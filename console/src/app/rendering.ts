/**
 * Renders every child of a component that renders. `@preact/signals` leaves out a child that reads a signal and whose properties are the
 * same objects as before; but the history of an execution is one object that grows, so that the same object may have to be shown anew. Lists
 * show few rows, so that nothing is lost by it.
 */
import '@preact/signals';
import { Component } from 'preact';

Component.prototype.shouldComponentUpdate = () => true;
