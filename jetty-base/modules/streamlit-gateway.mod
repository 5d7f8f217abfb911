[description]
The gateway: what the webapp needs of Jetty, and its settings from start.d/streamlit-gateway.ini.

[depend]
http
ee10-deploy
ee10-websocket-jakarta

[xml]
etc/streamlit-gateway.xml
