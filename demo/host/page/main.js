import { createApp } from 'vue';
import App from './App.vue';
import { elements } from './prodgate.js';
import { people } from './people.js';
import './host.css';

const settings = await (await fetch('/settings.json')).json();
await people.start(settings);
await elements.start(settings);
createApp(App).mount('#app');
